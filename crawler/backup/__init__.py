"""Keeping a copy of everything, and bringing it back: one file, checked before anything is touched."""
