"""Pictures of ads: kept, hashed, read, shown."""
