"""Looking over an installation: what would keep it from working, and how to mend it. Nothing is changed."""
