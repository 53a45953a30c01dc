"""Deleting what its time has come for: whole, logged, and never what a case still needs."""
