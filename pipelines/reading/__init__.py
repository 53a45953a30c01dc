"""What an ad's text says: where the work is, what it pays, how to reach whom. What that amounts to is not said here."""
