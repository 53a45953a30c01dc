"""A fortnight in minutes: a script of ads, failures and decisions is played to the real program, then accounted for."""
