"""The desk: the web page on which staff look at cases every morning and decide. Nothing here sends anything."""
