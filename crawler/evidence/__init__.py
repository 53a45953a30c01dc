"""Evidence: captures in WARC files, the custody chain over them, and their verification."""
