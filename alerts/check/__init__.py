"""Checking an offer while a caller is on the line. Nothing here stores anything."""
