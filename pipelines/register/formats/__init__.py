"""A module for each kind of file, found by folder: `SUFFIXES` it reads, and `read(path)`, which gives plain tables.

`outside(path)`, where there is one, gives the lines outside of tables.
"""
