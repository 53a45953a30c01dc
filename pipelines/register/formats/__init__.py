"""A module for each kind of file: `SUFFIXES` it reads and `read(path)`, which gives plain tables. Found by folder."""
