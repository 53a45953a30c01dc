"""The demo world: invented web sites with invented ads, served on loopback, and an invented register.

Nothing here judges ads or knows how they are collected.
"""
