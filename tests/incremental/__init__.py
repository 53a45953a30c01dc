"""Nights after the first: what is asked for again, and what is known without asking."""
