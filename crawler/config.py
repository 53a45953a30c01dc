"""Where everything lives and who runs it: environment first, then `adwatch.yml` in the data folder.

Secrets come from the environment only, or from files it names, and never from `adwatch.yml`: `crawler.secret`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from crawler.errors import ConfigError
from crawler.reaching import is_for_trying
from crawler.secret import secret_of
from crawler.yaml_data import parse_yaml

ADDRESS = r"^[^\s@<>,;]+@[^\s@<>,;]+$"
"""An e-mail address, well enough."""

NOT_FOR_SPIDERS = ("ADWATCH_SMTP_", "ADWATCH_APPRISE_", "ADWATCH_METRICS_")
"""How the names of secrets begin that a process reading hostile pages has no use for."""


class Organisation(BaseModel):
    """The submitter of complaints: part 1 of every draft (docs/law, contents of a complaint)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "Naziv organizacije (podesiti u adwatch.yml)"
    seat: str = ""
    mb: str = ""
    pib: str = ""
    representative: str = ""
    email: str = ""
    phone: str = ""
    delivery_address: str = ""


class TimestampAuthority(BaseModel):
    """An authority of RFC 3161 that bears witness to the custody log."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Ours; it stands in the names of its tokens."""
    url: str = Field(pattern=r"^https?://")
    chain: str
    """PEM file with its own certificate and all up to the root, in the data folder or with its whole path."""


class Retention(BaseModel):
    """How long what is personal is kept, in days. The law sets none of these: docs/zastita-podataka.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unflagged_days: int = Field(default=90, ge=1)
    """Ads that were never above level low and are in no case, since they were seen last; addresses of fetched pages."""
    flagged_days: int = Field(default=365, ge=1)
    """Ads that were, and are in no case."""
    dismissed_days: int = Field(default=365, ge=1)
    """Dismissed cases, since then; their ads go with their own clock once no case holds them."""
    closed_days: int = Field(default=730, ge=1)
    """Closed cases, since then."""
    intake_days: int = Field(default=365, ge=1)
    """What a person brought and is in no case, since then."""
    session_days: int = Field(default=30, ge=1)
    """Log-ins of the desk, since they were used last."""
    message_days: int = Field(default=30, ge=8)
    """Digests and alarms, since they were made; one that is still tried (a week at most) stays."""
    audit_days: int = Field(default=1095, ge=366)
    """Lines of the audit log, since they were written. The database itself gives none away before a year."""


class Mail(BaseModel):
    """The server that takes our e-mail. Its password comes from ADWATCH_SMTP_PASSWORD, or the file that
    ADWATCH_SMTP_PASSWORD_FILE names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only to a server on this machine, and without a password."""
    user: str = ""
    sender: str = Field(pattern=ADDRESS)
    ca_file: str = ""
    """PEM of an authority of your own, in the data folder or with its whole path; empty: those of the system."""

    @model_validator(mode="after")
    def _keeps_secrets(self) -> Self:
        if self.encryption == "none" and (self.user or self.host not in ("localhost", "127.0.0.1", "::1")):
            raise ValueError("encryption: none is only for a server on this machine that asks for no user")
        return self


Recipient = Annotated[str, Field(pattern=rf"(?:{ADDRESS}|^apprise:[a-z0-9_]{{1,40}}$)")]
"""An e-mail address, or `apprise:name`: the channel whose URL stands in ADWATCH_APPRISE_NAME, or in the file that
ADWATCH_APPRISE_NAME_FILE names."""


class Messages(BaseModel):
    """Who gets the morning's digest and the alarms; nobody while empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mail: Mail | None = None
    digest: tuple[Recipient, ...] = ()
    alarms: tuple[Recipient, ...] = ()
    language: Literal["latn", "cyrl", "en"] = "latn"

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if self.mail is None and any("@" in each for each in (*self.digest, *self.alarms)):
            raise ValueError("recipients by e-mail need `mail` with host and sender")
        return self


class FileSettings(BaseModel):
    """What `adwatch.yml` may hold; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: Organisation = Field(default_factory=Organisation)
    contact: str = Field(default="", pattern=r"^(?:[^\s@()]+@[^\s@()]+\.[^\s@()]+|https?://[^\s()]+)?$")
    """Address in the User-Agent, so that a site's owner can reach us: an e-mail or a URL."""
    demo: bool = False
    """The data folder belongs to `adwatch demo`: its sources are the demo sites."""
    register_stale_after_days: int = Field(default=45, ge=1)
    night_hour: int = Field(default=2, ge=0, le=23)
    """Local hour (Europe/Belgrade) of the nightly run."""
    vanished_after_nights: int = Field(default=2, ge=1, le=60)
    """An ad is said to be missing once so many nights that ended well looked for it in vain."""
    reposted_after_days: int = Field(default=14, ge=1, le=365)
    """An offer that was missing for so long and returns is said to be published anew."""
    filed_again_after_days: int = Field(default=180, ge=1, le=3650)
    """Within so many days the same series is not filed with the same recipient again without a word why."""
    parallel_spiders: int = Field(default=2, ge=1, le=16)
    spider_timeout_minutes: int = Field(default=60, ge=1)
    spider_memory_mb: int = Field(default=400, ge=150, le=65536)
    """A spider's process that holds more keeps what it has and ends."""
    screenshots_from: Literal["low", "medium", "high", "critical", "never"] = "high"
    """Ads at this level or above are shown as a browser shows their page."""
    desk_url: str = Field(default="", pattern=r"^(?:https?://[^\s?#]+)?$")
    """Address of the desk for links in messages; empty: messages hold none."""
    messages: Messages = Field(default_factory=Messages)
    timestamps: tuple[TimestampAuthority, ...] = ()
    """Off while empty. Each is asked once a night."""
    session_idle_minutes: int = Field(default=120, ge=5, le=1440)
    """Who does nothing at the desk for so long logs in again; 30 suits a computer that many use."""
    session_hours: int = Field(default=12, ge=1, le=24)
    """A log-in lasts at most so long: a long working day."""
    second_factor_roles: tuple[Literal["reviewer", "legal", "coordinator", "admin", "readonly"], ...] = ()
    """Who must log in with a code of an app as well."""
    desk_hosts: tuple[str, ...] = ()
    """Names under which the desk may be asked for, `desk.ngo.example`; empty: any."""
    retention: Retention = Field(default_factory=Retention)
    purge: Literal["nightly", "never"] = "never"
    """Whether each night deletes what its time has come for; else `adwatch purge` does, by hand."""
    lease_seconds: int = Field(default=60, ge=3, le=3600)
    """Of `adwatch worker`: a request that a worker took returns to the queue once it was silent for so long."""
    database_wait_seconds: int = Field(default=60, ge=1)
    """How long a transaction waits for another one's lock before it fails."""
    log_format: Literal["text", "json"] = "text"
    """How the program's own messages read: lines of text, or a JSON object a line."""
    log_file: str = ""
    """Where they go, in the data folder or with its whole path; empty: standard error."""
    spider_logs_days: int = Field(default=60, ge=1, le=3650)
    """A spider's own log is kept so long."""
    trusted_proxy: tuple[str, ...] = ()
    """Addresses of reverse proxies whose word on the visitor's address and on TLS is taken; empty: nobody's."""


class Settings:
    """The resolved configuration of one process."""

    def __init__(self, home: Path, database_url: str | None = None) -> None:
        """Reads `home/adwatch.yml` if it is there. Raises ConfigError where it or the address cannot be used."""
        self.home = home.absolute()
        self.database_url = _checked_url(database_url or f"sqlite:///{self.home / 'adwatch.db'}")
        self.file = _read_file(self.home / "adwatch.yml")

    @classmethod
    def from_environment(cls) -> Self:
        """Settings by `ADWATCH_HOME` (default `./data`) and `ADWATCH_DATABASE_URL`, or the file `…_URL_FILE`."""
        return cls(Path(os.environ.get("ADWATCH_HOME") or "data"), secret_of("ADWATCH_DATABASE_URL"))

    def environment(self) -> dict[str, str]:
        """The environment of a spider that is to work on the same store, without secrets that are not for it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_SPIDERS)}
        places = {"ADWATCH_HOME": str(self.home), "ADWATCH_DATABASE_URL": self.database_url}
        return {**kept, **places, "ADWATCH_DATABASE_URL_FILE": ""}

    @property
    def evidence_folder(self) -> Path:
        """WARC files, screenshots and register files, never rewritten."""
        return self.home / "evidence"

    @property
    def log_file(self) -> Path | None:
        """Where the program's own messages go; None: standard error."""
        return self.home / self.file.log_file if self.file.log_file else None

    @property
    def logs_folder(self) -> Path:
        """A log file for each spider run."""
        return self.home / "logs"

    @cached_property
    def source_folders(self) -> tuple[Path, ...]:
        """Folders that hold a folder for each source: the demo's, or the real ones, and those of the home."""
        root = Path(__file__).resolve().parent.parent / "spiders"
        built_in = root / "demo" / "sources" if self.file.demo else root / "sources"
        own = self.home / "sources"
        return (built_in, own) if own.is_dir() else (built_in,)

    def require_contact(self, start_urls: Iterable[str]) -> None:
        """Raises ConfigError where somebody's sites would be asked and could not ask back."""
        if not self.file.contact and not all(map(is_for_trying, start_urls)):
            raise ConfigError(
                f"{self.home / 'adwatch.yml'}: contact is missing: sites are asked only by somebody they can reach; "
                "add for example `contact: adwatch@ngo.example`"
            )

    @property
    def user_agent(self) -> str:
        """The honest name we send, with a contact where one is configured."""
        contact = f" (+{self.file.contact})" if self.file.contact else ""
        return f"adwatch/0.1{contact}"


def _checked_url(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The address may hold a password: it is never repeated.
        raise ConfigError("ADWATCH_DATABASE_URL is not a database address, like sqlite:///file.db") from error
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(f"ADWATCH_DATABASE_URL names {parsed.get_backend_name()}; use sqlite:/// or postgresql://")
    return url


def _read_file(path: Path) -> FileSettings:
    if not path.exists():
        return FileSettings()
    try:
        return FileSettings.model_validate(parse_yaml(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']}") from error
