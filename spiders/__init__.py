"""Collecting: a base spider for each kind of page, a folder for each source. Nothing here judges an ad."""
