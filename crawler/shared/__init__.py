"""Crawling by several machines: one queue, one book of what was asked for and one clock for each host, in Redis."""
