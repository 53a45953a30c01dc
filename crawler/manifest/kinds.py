"""A model for each kind of source, by the key `kind` of its manifest."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from crawler.manifest.parts import (
    AdPage,
    HonestHeader,
    ItemListing,
    JsonDetail,
    JsonListing,
    LinkListing,
    ListLink,
    Rendering,
    ScriptDetail,
    ScriptListing,
    StateDetail,
    StateListing,
)
from crawler.manifest.source import SourceManifest
from crawler.notations import Css, FieldName, JmesPath, WebAddress


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


class RegisterSource(SourceManifest):
    """The published list of licensed agencies, or a page that links to it. Brings a register instead of ads."""

    kind: Literal["register"]
    start_urls: tuple[WebAddress, ...] = Field(min_length=1, max_length=1)
    link: ListLink | None = None
    """Where the page links to the list; None where the start address is the list itself."""

    @model_validator(mode="after")
    def _is_surely_the_list(self) -> Self:
        if self.unchecked_certificate:
            raise ValueError("a list by which others are called unregistered comes from a checked address only")
        return self


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
