"""The store: tables, migrations and the queries over them, a module an area. No judgement is made here."""
