"""Which ads are one offer: copies and reposts folded into series. Pure but for `stored`, which meets the store."""
