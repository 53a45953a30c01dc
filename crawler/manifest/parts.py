"""Parts of which manifests are made: limits, paging, where fields stand on a page. Which kind has which: `kinds`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from crawler.notations import Css, FieldName, JmesPath, Pattern, ZoneName


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


class ListLink(Model):
    """The link to a published list; of several that with the newest date in words or file name, undated the first."""

    links: Css = "a"
    pattern: Pattern | None = None
    """Only addresses in which this is found."""
    text: Pattern | None = None
    """Only links in whose words this is found, in either case; write both scripts where the page may use either."""
