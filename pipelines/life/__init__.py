"""The life of an offer: what happened to its ads, derived from what was seen. Keeps nothing of its own."""
