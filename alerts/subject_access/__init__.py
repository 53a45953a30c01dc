"""Answering somebody who asks what is stored about them (ZZPL, čl. 26): found, redacted of others, packed, logged."""
