"""How well the program reads and groups, measured on labelled data. What it reads is decided elsewhere."""
