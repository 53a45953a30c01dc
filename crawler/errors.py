"""What can go wrong, by name. Every error carries a sentence a person can act on; none carries personal data."""


class AdwatchError(Exception):
    """Base of all errors the program raises on purpose; the command line prints it as one line."""

    exit_code = 1


class UsageError(AdwatchError):
    """The call is wrong: a missing file, an unknown source, a bad option. Exit code 2."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration cannot be used: bad `adwatch.yml`, unreadable database address."""


class BusyError(AdwatchError):
    """What runs must not have beside it what was asked for: a night, a backup, a purge, pages being fetched."""


class NotDueError(AdwatchError):
    """What should run if it is due is not due (any more): all is well, and nothing was done."""

    exit_code = 0


class CutOffError(AdwatchError):
    """A night was stopped in order; the next one that is started goes on with it."""


class SourceError(AdwatchError):
    """A source manifest is wrong, or a source answered with something that cannot be read."""


class StoreError(AdwatchError):
    """The database is missing, locked, or of another version than the program."""


class EvidenceError(AdwatchError):
    """A capture is missing, torn or does not match its hash; nobody may rely on it."""


class RegisterError(AdwatchError):
    """A register file or snapshot cannot be understood; nothing was changed."""


class DraftError(AdwatchError):
    """A draft cannot be made: a value is missing, or the case has no evidence."""
