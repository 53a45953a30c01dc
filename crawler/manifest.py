"""Source manifests: what a source is, how it is read and within which limits; one `source.yml` in a folder a source.

How a kind of page is fetched and parsed is the business of `spiders`; this module only says what may be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote, urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from crawler.errors import SourceError
from crawler.layout import Place
from crawler.not_to_crawl import service_of, service_of_domain
from crawler.notations import Cron, Css, FieldName, JmesPath, Pattern, WebAddress, ZoneName
from crawler.reaching import is_for_trying
from crawler.yaml_data import parse_yaml

MANIFEST_FILE = "source.yml"
FILLED = re.compile(r"\\\{(?:word|since)\\\}")
"""What a run fills into start addresses, as `re.escape` writes it."""
MANUAL_SOURCE = "manual"
"""Id under which ads stand that people bring by hand (`crawler.intake`); no manifest may take it."""
LEAST_DELAY = 1.0
"""Seconds between two requests to somebody else's site."""


def _honest(name: str) -> str:
    if name.lower() in PRETENDING or name.lower().startswith("sec-"):
        raise ValueError(f"{name} would say something else of us than is true, or open what is closed")
    return name


PRETENDING = frozenset(
    ("user-agent", "cookie", "authorization", "proxy-authorization", "from", "host", "referer", "origin", "via",
     "forwarded", "x-forwarded-for", "x-real-ip", "client-ip", "true-client-ip", "cf-connecting-ip")
)  # fmt: skip
HonestHeader = Annotated[str, AfterValidator(_honest)]
"""Name of a header that says what we want, not who we are."""


class Model(BaseModel):
    """Base of all parts of a manifest: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Model):
    """What we allow ourselves at this site in one night."""

    delay_seconds: float = Field(default=2.0, ge=0, le=120)
    """Least time between two requests."""
    max_pages: int = Field(default=500, ge=1, le=20_000)
    """All pages asked for, listings and ads together."""
    max_ad_pages: int | None = Field(default=None, ge=1)
    """Of these, pages of one ad each, where a site shows a captcha after some number of them."""
    max_minutes: int = Field(default=30, ge=1, le=600)
    stop_at_known: int = Field(default=2, ge=0, le=1000)
    """After so many pages of a listing in a row that hold known ads only, no further page is asked for; 0: never stop.
    For listings with the newest ads first."""


class Expected(Model):
    """How many ads an ordinary night brings; outside of it the source is looked at."""

    min: int = Field(default=1, ge=0)
    max: int = Field(default=5000, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min is above max")
        return self


class Paging(Model):
    """How the second and later pages of a listing are reached: by one of `next`, `parameter`, `url`."""

    next: Css | None = None
    """The link to the following page."""
    parameter: str | None = None
    """A query parameter of the start address that holds the page's number."""
    url: str | None = None
    """An address with `{page}` in it."""
    first: int = 2
    """Number of the second page; an offset where a site counts ads."""
    step: int = Field(default=1, ge=1)
    headers: dict[str, str] = Field(default_factory=dict)
    """Of the requests for the second and later pages (`X-Requested-With` where they are fragments)."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.next, self.parameter, self.url)) != 1:
            raise ValueError("exactly one of next, parameter, url is needed")
        if self.url is not None and "{page}" not in self.url:
            raise ValueError("url lacks {page}")
        return self


class Abroad(Model):
    """How a source tells work abroad from other work, before anything is read into an ad.

    Nothing is left out but what the site itself puts into a category named here as `outside`; a category named neither
    `inside` nor `outside` raises a signal and its ads are read. What an ad says is judged later, by `pipelines`.
    """

    by: Literal["address", "words", "category", "text"]
    """`address`: the start addresses hold work abroad only. `words`: `{word}` in them is each of `words`, searched for.
    `category`: by the field `category`. `text`: the site does not tell, all its job ads are read."""
    words: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    note: str = ""
    """Why so."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.words) != (self.by == "words"):
            raise ValueError("words are needed where abroad is told by words, and nowhere else")
        if bool(self.inside or self.outside) != (self.by == "category"):
            raise ValueError("inside and outside are needed where abroad is told by category, and nowhere else")
        return self


class Times(Model):
    """How the site writes times. A date without a time stays one."""

    zone: ZoneName | None = None
    """Where times without a zone, relative words and Unix times count. None: the former stay without, the others
    count in Belgrade."""
    ignore_stated_zone: bool = False
    """The zone that stands beside a time is not meant (a local time ending in Z)."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.ignore_stated_zone and self.zone is None:
            raise ValueError("ignore_stated_zone needs the zone that is meant")
        return self


class Salary(Model):
    """Where numbers of a salary stand that need a divisor (a site that counts in para: 100)."""

    min: JmesPath | None = None
    max: JmesPath | None = None
    currency: JmesPath | None = None
    unit: JmesPath | None = None
    divisor: int = Field(default=1, ge=1)


class Markup(Model):
    """HTML inside of a JSON object, at times with its tags as entities."""

    html: JmesPath
    """The text that is markup."""
    fields: dict[FieldName, Css]
    """What selectors find in it; a field of the object itself wins."""


class JsonRecord(Model):
    """How one JSON object becomes an ad."""

    fields: dict[FieldName, JmesPath]
    salary: Salary | None = None
    markup: Markup | None = None


class JsonListing(JsonRecord):
    """A page of ads as JSON."""

    fields: dict[FieldName, JmesPath] = Field(default_factory=dict)
    items: JmesPath
    """The list of ads."""
    detail_url: JmesPath | None = None
    """Address of the page (or answer) with the whole ad, out of one item. None: the listing carries whole ads."""
    more: JmesPath | None = None
    """True while there are further pages, out of the whole listing."""
    empty: JmesPath | None = None
    """True where the listing itself says that it has no ads; else a listing without ads is a changed layout."""


class JsonDetail(JsonRecord):
    """A page with one ad as JSON."""

    item: JmesPath = "@"
    """The object that is the ad."""


class StateListing(JsonListing):
    """JSON in a script element of the listing."""

    selector: Css = "script#__NEXT_DATA__"


class StateDetail(JsonDetail):
    """JSON in a script element of the ad's page."""

    selector: Css = "script#__NEXT_DATA__"


Variables = Annotated[dict[str, str], Field(min_length=1)]
"""A name of ours -> what stands before the `=` in the script. The first must be there; expressions see all by name."""


class ScriptListing(JsonListing):
    """Object literals that a script of the listing assigns."""

    variables: Variables


class ScriptDetail(JsonDetail):
    """Object literals that a script of the ad's page assigns."""

    variables: Variables


class LinkListing(Model):
    """A page (or sitemap) of links to ads."""

    links: Css | None = None
    """The links to ads. Not needed for a sitemap."""
    pattern: Pattern | None = None
    """Only addresses in which this is found are ads."""
    empty: Css | None = None
    """There where the listing itself says that it has no ads; else a listing without ads is a changed layout."""


class ItemListing(Model):
    """A page of items in markup, one an ad."""

    item: Css
    link: Css | None = None
    """The link to the ad's page, inside of an item. None: the item is the whole ad."""
    address: Pattern | None = None
    """Its first match in what `link` finds is the address, where that is more than an address (an onclick)."""
    fields: dict[FieldName, Css] = Field(default_factory=dict)
    """What the item says about its ad."""
    empty: Css | None = None
    """As of LinkListing."""


class AdPage(Model):
    """An ad's page in markup: its schema.org data, and selectors for what these leave out."""

    fields: dict[FieldName, Css] = Field(default_factory=dict)


class Rendering(Model):
    """What a browser does before the page is read."""

    wait: Css
    """Appears when the page is ready."""
    wait_seconds: float = Field(default=15, gt=0, le=60)
    scrolls: int = Field(default=0, ge=0, le=50)
    expanders: tuple[Css, ...] = ()
    """Clicked wherever they appear ("show more")."""


class SourceManifest(Model):
    """What is common to all sources."""

    of_ad_pages: ClassVar[frozenset[str]] = frozenset(("detail", "ad_page", "fields"))
    """Parts that say where fields stand on the page of an ad; what others map stands on listings."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,79}$")
    """Name of the folder and of the spider."""
    name: str
    owner: str
    """Who runs the site, as far as it says."""
    start_urls: tuple[WebAddress, ...] = Field(min_length=1)
    """`{word}` stands for each of `abroad.words`, `{since}` for the day (ISO 8601) `lookback_days` ago."""
    lookback_days: int = Field(default=14, ge=1, le=366)
    allowed_domains: tuple[str, ...] = ()
    """Hosts that may be asked, with their subdomains; by default those of the start addresses."""
    paging: Paging | None = None
    limits: Limits = Field(default_factory=Limits)
    expected: Expected = Field(default_factory=Expected)
    abroad: Abroad = Abroad(by="text")
    times: Times = Times()
    optional: tuple[FieldName, ...] = ()
    """Mapped fields that the site often leaves out. One of the others, missing in all ads of a run, is a changed
    layout (`crawler.layout`)."""
    schedule: Cron | None = None
    """Crontab line in Europe/Belgrade; None is every night."""
    site_lines: Pattern | None = None
    """Lines of descriptions in which this is found are the site's own ("first published at …") and left out."""
    legal_note: str
    """On what terms this source is read."""
    checked: date
    """When a person last compared this manifest with the site."""
    checked_note: str = ""
    to_fill_in: tuple[str, ...] = ()
    """What a person must find out before the source can be enabled; `adwatch sources check` repeats it."""
    enabled: bool = True

    @model_validator(mode="after")
    def _spares_the_site(self) -> Self:
        if self.limits.delay_seconds < LEAST_DELAY and not all(map(is_for_trying, self.start_urls)):
            raise ValueError(f"limits.delay_seconds of a real site is {LEAST_DELAY:g} at least")
        return self

    @model_validator(mode="after")
    def _complete_if_enabled(self) -> Self:
        if self.enabled and self.to_fill_in:
            raise ValueError("an enabled source has nothing left to fill in; see to_fill_in")
        return self

    @field_validator("id")
    @classmethod
    def _is_free(cls, source: str) -> str:
        if source == MANUAL_SOURCE:
            raise ValueError("is taken by what people bring by hand")
        return source

    @model_validator(mode="after")
    def _of_no_closed_service(self) -> Self:
        closed = [service_of(url) for url in self.start_urls]
        closed += [service_of_domain(domain, self.start_urls) for domain in self.allowed_domains]
        for service in filter(None, closed):
            raise ValueError(service.refusal)
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.abroad.by == "words") != any("{word}" in url for url in self.start_urls):
            raise ValueError("{word} in a start address and abroad.words need each other")
        mapped = frozenset().union(*self.mapped_fields.values())
        if (self.abroad.by == "category") != ("category" in mapped):
            raise ValueError("the field category and abroad by category need each other")
        if unmapped := set(self.optional) - mapped:
            raise ValueError(f"optional names what no selector or expression finds: {', '.join(sorted(unmapped))}")
        return self

    @property
    def mapped_fields(self) -> Mapping[Place, frozenset[FieldName]]:
        """Fields for which the manifest says where they stand, by the place."""
        of_pages = frozenset(_mapped((name, part) for name, part in self if name in self.of_ad_pages))
        of_listings = frozenset(_mapped((name, part) for name, part in self if name not in self.of_ad_pages))
        return {Place.LISTING: of_listings, Place.AD_PAGE: of_pages}

    @property
    def required_fields(self) -> Mapping[Place, frozenset[FieldName]]:
        """Of these the fields that the site gives with nearly every ad."""
        return {place: fields - set(self.optional) for place, fields in self.mapped_fields.items()}

    def first_addresses(self, today: date) -> tuple[str, ...]:
        """The start addresses of a run on that day, words and days filled in."""
        since = (today - timedelta(days=self.lookback_days)).isoformat()
        words = self.abroad.words or ("",)
        filled = (
            url.replace("{word}", quote(word, safe="")).replace("{since}", since)
            for url in self.start_urls
            for word in words
        )
        return tuple(dict.fromkeys(filled))

    def is_first_address(self, url: str) -> bool:
        """Some run begins at this address, whatever the word and the day."""
        return any(re.fullmatch(FILLED.sub("[^&#]*", re.escape(start)), url) for start in self.start_urls)

    @model_validator(mode="before")
    @classmethod
    def _default_domains(cls, data: object) -> object:
        if not isinstance(data, dict) or data.get("allowed_domains"):
            return data
        urls = data.get("start_urls")
        hosts = [urlsplit(url).hostname for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
        domains = dict.fromkeys(host.removeprefix("www.") for host in hosts if host)
        return {**data, "allowed_domains": list(domains)}


class StructuredSource(SourceManifest):
    """Links lead to pages with schema.org data, or to pages whose fields have selectors."""

    kind: Literal["structured"]
    listing: LinkListing
    fields: dict[FieldName, Css] = Field(default_factory=dict)
    """Fields the page does not give as structured data."""


class SelectorsSource(SourceManifest):
    """A listing whose items are read by selectors, and the page of each ad."""

    kind: Literal["selectors"]
    listing: ItemListing
    fields: dict[FieldName, Css] = Field(default_factory=dict)
    """Of the ad's page, where its structured data leave them out."""


class RecordSource(SourceManifest):
    """Common to all sources whose listings are JSON."""

    listing: JsonListing
    detail: JsonDetail | None = None
    ad_page: AdPage | None = None
    """In place of `detail` where only the listing is JSON."""
    captcha: JmesPath | None = None
    """True where the page is a captcha instead of what was asked for."""

    @model_validator(mode="after")
    def _one_page(self) -> Self:
        if self.detail is not None and self.ad_page is not None:
            raise ValueError("an ad's page is read by detail or by ad_page, not by both")
        return self


class JsonStateSource(RecordSource):
    """The pages carry their state as JSON in a script element."""

    kind: Literal["json_state"]
    listing: StateListing
    detail: StateDetail | None = None
    notation: Literal["plain", "indexed"] = "plain"
    """`indexed`: a list whose objects name their values by place in the list (Nuxt 3, `script#__NUXT_DATA__`)."""


class ScriptObjectSource(RecordSource):
    """The pages carry their state as an object literal in a script."""

    kind: Literal["script_object"]
    listing: ScriptListing
    detail: ScriptDetail | None = None


class FeedSource(SourceManifest):
    """RSS or Atom; fields are JMESPath over feedparser's entry (`job:company` is `job_company`)."""

    kind: Literal["feed"]
    of_ad_pages: ClassVar[frozenset[str]] = frozenset()
    fields: dict[FieldName, JmesPath] = Field(default_factory=dict)


class JsonApiSource(RecordSource):
    """Answers are JSON."""

    kind: Literal["json_api"]
    headers: dict[HonestHeader, str] = Field(default_factory=dict)


class WordPressSource(SourceManifest):
    """Posts of a WordPress site by its REST interface (`/wp-json/wp/v2/posts?search={word}&after={since}T00:00:00`)."""

    kind: Literal["wordpress"]
    of_ad_pages: ClassVar[frozenset[str]] = frozenset()
    fields: dict[FieldName, JmesPath] = Field(default_factory=dict)
    """On top of the usual ones, out of a post."""


class TelegramSource(SourceManifest):
    """The public preview of a Telegram channel."""

    kind: Literal["telegram"]


class RenderedSource(SourceManifest):
    """A page that only a browser can show; each item on it is an ad."""

    kind: Literal["rendered"]
    of_ad_pages: ClassVar[frozenset[str]] = frozenset()
    rendering: Rendering
    item: Css
    fields: dict[FieldName, Css]
    unread: tuple[Css, ...] = ()
    """Parts of an item that are not the post's words, such as hidden dots; expanders never are."""
    drop_parameters: tuple[str, ...] = ()
    """Query parameters of a post's address that say where one came from, not which post it is."""


class ListLink(Model):
    """The link to a published list; of several that with the newest date in words or file name, undated the first."""

    links: Css = "a"
    pattern: Pattern | None = None
    """Only addresses in which this is found."""
    text: Pattern | None = None
    """Only links in whose words this is found, in either case; write both scripts where the page may use either."""


class RegisterSource(SourceManifest):
    """The published list of licensed agencies, or a page that links to it. Brings a register instead of ads."""

    kind: Literal["register"]
    start_urls: tuple[WebAddress, ...] = Field(min_length=1, max_length=1)
    link: ListLink | None = None
    """Where the page links to the list; None where the start address is the list itself."""


AnySource = Annotated[
    StructuredSource
    | SelectorsSource
    | JsonStateSource
    | ScriptObjectSource
    | FeedSource
    | JsonApiSource
    | WordPressSource
    | TelegramSource
    | RenderedSource
    | RegisterSource,
    Field(discriminator="kind"),
]
_ANY_SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


@dataclass(frozen=True, slots=True)
class ManifestsRead:
    """What was read from the source folders: the good ones by id, and what is wrong with the others."""

    manifests: dict[str, AnySource]
    faults: dict[str, SourceError]
    """By name of the source's folder."""


def load_manifests(folders: Sequence[Path]) -> dict[str, AnySource]:
    """All manifests of these folders by id, sorted. Raises SourceError for the first that is wrong."""
    read = read_manifests(folders)
    if read.faults:
        raise next(iter(read.faults.values()))
    return read.manifests


def read_manifests(folders: Sequence[Path]) -> ManifestsRead:
    """All good manifests of these folders, and an error for each bad one: one mistake must not cost a night."""
    manifests: dict[str, AnySource] = {}
    faults: dict[str, SourceError] = {}
    for file in manifest_files(folders):
        try:
            manifest = read_manifest(file)
            if manifest.id in manifests:
                raise SourceError(f"{file}: id: another folder has a source {manifest.id!r} already")
            manifests[manifest.id] = manifest
        except SourceError as error:
            faults[file.parent.name] = error
    return ManifestsRead(dict(sorted(manifests.items())), faults)


def read_manifest(file: Path) -> AnySource:
    """The manifest in this `source.yml`. Raises SourceError that names file, field and value."""
    try:
        data = parse_yaml(file.read_text(encoding="utf-8"))
        manifest = _ANY_SOURCE.validate_python(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"{file}: cannot be read: {reason}") from error
    except ValidationError as error:
        raise SourceError(f"{file}: {_first_fault(error)}") from error
    if manifest.id != file.parent.name:
        raise SourceError(f"{file}: id: {manifest.id!r} is not the folder's name {file.parent.name!r}")
    return manifest


def find_manifest(folders: Sequence[Path], source_id: str) -> AnySource | None:
    """The manifest of one source, without a look at the others; None where there is none. Raises SourceError."""
    files = (folder / source_id / MANIFEST_FILE for folder in folders)
    file = next((file for file in files if file.is_file()), None)
    return read_manifest(file) if file else None


def manifest_files(folders: Sequence[Path]) -> list[Path]:
    """Every `source.yml` of these folders; a folder that is not there has none."""
    return [file for folder in folders if folder.is_dir() for file in sorted(folder.glob(f"*/{MANIFEST_FILE}"))]


SALARY_FIELDS: dict[str, FieldName] = {
    "min": "salaryMin",
    "max": "salaryMax",
    "currency": "salaryCurrency",
    "unit": "salaryUnit",
}


def _mapped(parts: Iterable[tuple[str, Any]]) -> Iterator[FieldName]:
    """The fields that these parts of a manifest, or parts of them, map."""
    for name, part in parts:
        if name == "fields":
            yield from part
        elif isinstance(part, Salary):
            yield from (field for key, field in SALARY_FIELDS.items() if getattr(part, key) is not None)
        elif isinstance(part, Model):
            yield from _mapped(part)


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    # The first part is the kind, by which pydantic chose the model.
    where = [str(part) for part in first["loc"]][1:]
    given = first["input"]
    value = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    return f"{'.'.join(where) or 'manifest'}: {first['msg']}{value}"
