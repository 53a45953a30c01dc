"""Understanding: what an ad says, which ads are one, who publishes it, what that amounts to.

The functions that judge are pure: text in, values out, no database, no network, no clock.
"""
