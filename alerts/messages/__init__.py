"""What the program tells people by itself: the morning's digest and alarms. Nothing here knows of drafts or filings."""
