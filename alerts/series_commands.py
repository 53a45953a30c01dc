"""Commands on series of copies: look at one, ask why two ads stand together, split and merge by a person's decision."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.belgrade import day_in_belgrade
from crawler.output import print_json, print_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from alerts.regrouping import Regrouped
    from crawler.store.regrouping import CurrentText

series_app = typer.Typer(no_args_is_help=True, help="Series: all copies and reposts of one offer.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
SeriesNumber = Annotated[int, typer.Argument(metavar="SERIES", help="Number of the series.")]
AdNumber = Annotated[int, typer.Argument(metavar="AD", help="Number of the ad, see `adwatch series show`.")]
Person = Annotated[str, typer.Option(help="E-mail of the person who decides.")]


@series_app.command("show")
def show(series: SeriesNumber, as_json: AsJson = False) -> None:
    """The ads of a series, its cases, and what people decided about it.

    Example: [bold]adwatch series show 12[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = _shown(connection, series)
    if as_json:
        print_json(found)
        return
    columns = ("ad", "source", "title", "first_seen", "url")
    print_table(f"Series {series}", columns, [[ad[column] for column in columns] for ad in found["ads"]])
    if found["cases"]:
        print_table("Cases", ("id", "state"), [[case["id"], case["state"]] for case in found["cases"]])
    for one in found["decisions"]:
        ads = ", ".join(map(str, one["ads"]))
        joint = "split off as" if one["decision"] == "split" else "merged in:"
        sys.stdout.write(f"{one['at']} {one['person']}: series {one['series']}, {joint} {one['other']} (ads {ads})\n")


@series_app.command("explain")
def explain_pair(first: AdNumber, second: AdNumber, as_json: AsJson = False) -> None:
    """Why two ads stand together or apart: what decided, the words they share and those they do not.

    Example: [bold]adwatch series explain 31 47[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        reason = _explained(connection, first, second)
    if as_json:
        print_json(reason)
        return
    rows = [
        ("series", " / ".join(str(number or "not grouped yet") for number in reason["series"])),
        ("decided", f"{reason['sentence']} ({reason['ground']})"),
        ("word pairs shared", f"{reason['jaccard']:.0%} of all, {reason['held']:.0%} of the shorter text"),
        ("by people", "; ".join(reason["decisions"]) or "nothing"),
        ("shared words", " ".join(reason["shared"])),
        (f"only in {first}", " ".join(reason["only_first"])),
        (f"only in {second}", " ".join(reason["only_second"])),
    ]
    print_table(f"Ads {first} and {second}", ("what", "found"), rows)


@series_app.command("split")
def split_off(
    ads: Annotated[list[int], typer.Argument(metavar="AD…", help="The ads to take out, all of one series.")],
    person: Person,
) -> None:
    """Take ads out of their series into a new one. The night never puts them together again.

    Example: [bold]adwatch series split 47 52 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.regrouping import split  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_decider(connection, person)
        done = split(connection, ads, person=known.email, now=datetime.now(UTC))
    _report(f"ads {', '.join(map(str, done.ads))} are series {done.series_id}", done)


@series_app.command("merge")
def merge_two(
    kept: Annotated[int, typer.Argument(metavar="SERIES", help="The series that goes on.")],
    absorbed: Annotated[int, typer.Argument(metavar="OTHER", help="The series whose ads it takes.")],
    person: Person,
) -> None:
    """Put the ads of the second series into the first. Later copies of either join it.

    Example: [bold]adwatch series merge 12 30 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.regrouping import merge  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_decider(connection, person)
        done = merge(connection, kept, absorbed, person=known.email, now=datetime.now(UTC))
    _report(f"{len(done.ads)} ads of series {absorbed} are in series {kept}", done)


def _report(done_sentence: str, done: Regrouped) -> None:
    moved = f"; cases that went along: {', '.join(map(str, done.cases_moved))}" if done.cases_moved else ""
    left = f"; cases that stay beside: {', '.join(map(str, done.cases_left))}" if done.cases_left else ""
    typer.echo(f"{done_sentence}{moved}{left}", err=True)


def _shown(connection: Connection, series: int) -> dict[str, Any]:
    from alerts.headings import heading  # noqa: PLC0415 - keeps --help fast
    from crawler.errors import UsageError  # noqa: PLC0415
    from crawler.store.regrouping import cases_of, members_of, series_exists  # noqa: PLC0415

    if not series_exists(connection, series):
        raise UsageError(f"there is no series {series}")
    ads = [
        {
            "ad": member.ad_id,
            "source": member.source,
            "url": member.url,
            "title": heading(member.title, member.text),
            "first_seen": day_in_belgrade(member.first_seen).isoformat(),
            "last_seen": day_in_belgrade(member.last_seen).isoformat(),
        }
        for member in members_of(connection, series)
    ]
    cases = [{"id": case.id, "state": case.state} for case in cases_of(connection, series)]
    return {"id": series, "ads": ads, "cases": cases, "decisions": _decisions(connection, series)}


def _decisions(connection: Connection, series: int) -> list[dict[str, Any]]:
    from crawler.store.regrouping import decisions_on  # noqa: PLC0415 - keeps --help fast

    return [
        {
            "at": f"{row.at:%Y-%m-%d %H:%M}",
            "person": row.person,
            "decision": row.decision,
            "series": row.series_id,
            "other": row.other_id,
            "ads": row.ads,
        }
        for row in decisions_on(connection, series)
    ]


def _explained(connection: Connection, first: int, second: int) -> dict[str, Any]:
    from crawler.errors import UsageError  # noqa: PLC0415 - keeps --help fast
    from crawler.store.regrouping import current_texts  # noqa: PLC0415
    from pipelines.series.judging import explain  # noqa: PLC0415
    from pipelines.series.wording import ground_sentence  # noqa: PLC0415

    found = current_texts(connection, (first, second))
    for ad in (first, second):
        if ad not in found:
            raise UsageError(f"there is no ad {ad}")
    reason = explain(_judged(found[first]), _judged(found[second]))
    return {
        "ads": [first, second],
        "series": [found[first].series_id, found[second].series_id],
        "ground": reason.likeness.ground.value,
        "sentence": ground_sentence(reason.likeness.ground),
        "jaccard": round(reason.likeness.jaccard, 4),
        "held": round(reason.likeness.held, 4),
        "decisions": _decisions_between(connection, found[first].series_id, found[second].series_id),
        "shared": list(reason.shared),
        "only_first": list(reason.only_first),
        "only_second": list(reason.only_second),
    }


def _decisions_between(connection: Connection, first: int | None, second: int | None) -> list[str]:
    """What people decided about the series of the two ads; where they stand apart, only what concerns both."""
    numbers = {number for number in (first, second) if number is not None}
    found = [one for number in sorted(numbers)[:1] for one in _decisions(connection, number)]
    concerning = [one for one in found if len(numbers) == 1 or numbers == {one["series"], one["other"]}]
    return [f"{one['decision']} by {one['person']} on {one['at']}" for one in concerning]


def _judged(ad: CurrentText) -> Any:
    from pipelines.series.comparable import make_comparable  # noqa: PLC0415 - keeps --help fast
    from pipelines.series.judging import JudgedAd  # noqa: PLC0415

    return JudgedAd(make_comparable(ad.title, ad.text))
