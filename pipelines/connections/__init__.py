"""What ads have in common besides their words: phones, mailboxes, handles, accounts and domains that several name."""
