"""Pictures of ads: which resemble each other, and what is written on them."""
