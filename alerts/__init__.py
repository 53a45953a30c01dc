"""People: cases, complaint drafts, the desk. Nothing here collects and nothing here ever sends a complaint."""
