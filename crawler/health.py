"""How a source fared in a night, in words that staff and the scheduler share.

Spiders count what they met under the stats key of `problem_stat`; the class of the whole run is derived from counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Problem(StrEnum):
    """What stood between us and a page."""

    DNS = "dns"
    """The name of the site leads to no address."""
    TLS = "tls"
    """No encrypted connection came about: certificate, protocol or handshake."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """The connection was refused, or torn before the whole answer was there."""
    REDIRECTED = "redirected"
    """Sent in circles, out of the source's domains, or by a redirect that names no target."""
    HTTP_4XX = "http_4xx"
    """Of the statuses 400 to 499 those that have no word of their own here."""
    HTTP_5XX = "http_5xx"
    ROBOTS = "robots"
    """Robots.txt disallows it."""
    LOGIN_WALL = "blocked_login"
    CAPTCHA = "blocked_captcha"
    REFUSED = "blocked_bot"
    """403, 429 or a refusal page to a declared bot."""
    CONSENT_WALL = "blocked_consent"
    NO_PREVIEW = "no_preview"
    """A channel that is none, or shows nothing without an account: another night will not mend it, a person may."""
    EMPTY_ANSWER = "blocked_empty"
    """Status 200 and nothing in it."""
    FORBIDDEN_ADDRESS = "forbidden_address"
    """Not http(s), or inside a private network."""
    LAYOUT_CHANGED = "layout_changed"
    """A listing was read and the place where ads stand was not there; or in a whole run, what `crawler.layout` says."""
    PARSE_ERROR = "parse_error"
    """The page should carry an ad and cannot be read."""
    OVER_LIMIT = "over_limit"
    """Pages, minutes or bytes that we allow ourselves at this source ended the run, or a page, before it was whole."""
    NEEDS_SCRIPT = "needs_script"
    """A page that is empty until a browser runs its scripts: the source may need the kind `rendered`."""
    PARKED = "parked"
    """The domain is for sale, or shows a parking service's advertisements."""
    GONE = "gone"
    """404 or 410 on an ad: it was taken down, which is a fact and no fault."""
    CRASHED = "crashed"
    BAD_MANIFEST = "bad_manifest"
    """The source's own `source.yml` is wrong; `adwatch sources check` says where."""
    STORE_FAILED = "store_failed"
    """What was read could not be kept: disk full, database gone."""
    BELOW_EXPECTED = "below_expected"
    """Fewer ads than the manifest expects of an ordinary night."""
    UNKNOWN_CATEGORY = "unknown_category"
    """The site names a category of work that the manifest takes neither for work abroad nor for other work."""
    ABOVE_EXPECTED = "above_expected"
    NOT_A_LIST = "not_a_list"
    """Where the list of agencies should stand there is a page without any table."""
    LIST_REFUSED = "list_refused"
    """The list was fetched, and importing refused it: torn, unreadable, or of a day to come."""

    @property
    def is_block(self) -> bool:
        """The site refuses us; recorded, never evaded."""
        return self is Problem.NO_PREVIEW or self.value.startswith("blocked_")


class RunOutcome(StrEnum):
    """The class of one source's run."""

    OK = "ok"
    PARTIAL = "partial"
    """Ads came, and some pages failed."""
    EMPTY = "empty"
    """Nothing failed and nothing came: an alarm (rule 6)."""
    BLOCKED = "blocked"
    FAILED = "failed"


NO_FAULT = frozenset({Problem.GONE, Problem.ROBOTS})
SIGNALS = frozenset({Problem.BELOW_EXPECTED, Problem.ABOVE_EXPECTED, Problem.OVER_LIMIT, Problem.UNKNOWN_CATEGORY})
"""Nothing failed, and yet somebody should look."""


TELLING = (
    Problem.BAD_MANIFEST,
    Problem.STORE_FAILED,
    Problem.CRASHED,
    *(problem for problem in Problem if problem.is_block),
    Problem.ROBOTS,
    Problem.PARKED,
    Problem.NEEDS_SCRIPT,
    Problem.LAYOUT_CHANGED,
    Problem.NOT_A_LIST,
    Problem.LIST_REFUSED,
    Problem.DNS,
    Problem.TLS,
    Problem.TIMEOUT,
    Problem.UNREACHABLE,
    Problem.REDIRECTED,
    Problem.FORBIDDEN_ADDRESS,
    Problem.HTTP_5XX,
    Problem.HTTP_4XX,
    Problem.PARSE_ERROR,
    Problem.OVER_LIMIT,
    Problem.GONE,
)
"""What names a run that brought nothing, the most telling first: our own faults, refusals, the site, its pages."""
OF_THE_WHOLE = (Problem.STORE_FAILED, Problem.CRASHED, Problem.LAYOUT_CHANGED, Problem.OVER_LIMIT)
"""What names a run although ads came; other faults of single pages are `partial`."""


LEFT_ALONE_STAT = "adwatch/left_alone"
"""Scrapy stats key that a spider sets when a source has refused it often enough."""


def problem_stat(problem: Problem) -> str:
    """Scrapy stats key under which a spider counts this problem."""
    return f"adwatch/problem/{problem.value}"


def outcome_of(*, ads: int, problems: dict[Problem, int]) -> RunOutcome:
    """The class of a run with that many ads and these problems met."""
    faults = {problem: count for problem, count in problems.items() if problem not in NO_FAULT and count}
    if ads:
        return RunOutcome.PARTIAL if faults else RunOutcome.OK
    if any(problem.is_block for problem in faults):
        return RunOutcome.BLOCKED
    return RunOutcome.FAILED if set(faults) - SIGNALS else RunOutcome.EMPTY


def failure_class(outcome: RunOutcome, problems: Mapping[Problem, int]) -> Problem | RunOutcome | None:
    """The one word for what went wrong in a run, by TELLING; `partial` where ads came, `empty` where nothing failed."""
    if outcome is RunOutcome.OK:
        return None
    order = OF_THE_WHOLE if outcome is RunOutcome.PARTIAL else TELLING
    named = next((problem for problem in order if problems.get(problem)), None)
    return named or (RunOutcome.PARTIAL if outcome is RunOutcome.PARTIAL else RunOutcome.EMPTY)


def outcome_of_list(*, brought: bool, problems: dict[Problem, int]) -> RunOutcome:
    """The class of a run that should bring the list of agencies: never empty, for without it nobody is checked."""
    met = {problem for problem, count in problems.items() if count}
    if brought:
        return RunOutcome.PARTIAL if met - NO_FAULT else RunOutcome.OK
    refused = any(problem.is_block or problem is Problem.ROBOTS for problem in met)
    return RunOutcome.BLOCKED if refused else RunOutcome.FAILED
