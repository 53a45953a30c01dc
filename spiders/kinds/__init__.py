"""A base spider for each kind of page; what they read is said by manifests."""
