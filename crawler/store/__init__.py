"""The store: tables, migrations and the queries over them, a module an area. No judgement is made here."""

import logging

# Alembic tells of each of its plugins at import; nobody who reads a night's log wants to know.
logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
