"""`adwatch register diff` and `adwatch register snapshots`: the register over time."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_history_commands(app: typer.Typer) -> None:
    """Adds them to `adwatch register`."""
    app.command("diff")(diff_command)
    app.command("snapshots")(snapshots_command)


def diff_command(
    before: Annotated[
        str | None, typer.Option("--from", metavar="DATE|HASH", help="The older list; by default the one before.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--to", metavar="DATE|HASH", help="The newer list; by default the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two imported lists: agencies that came, went, lost or regained their licence, or changed.

    A day means the list that was newest by then, with licences judged on that day.

    Example: [bold]adwatch register diff --from 2026-10-01 --to 2026-11-20[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.output import print_json  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from pipelines.register.differences import GROUPS  # noqa: PLC0415
    from pipelines.register.history import compare_named  # noqa: PLC0415
    from pipelines.register.showing import differences_json, print_differences, print_plain  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        stale_after = settings.file.register_stale_after_days
        found = compare_named(connection, before=before, after=after, stale_after_days=stale_after)
    if as_json:
        print_json(differences_json(found) if found else {"from": None, "to": None, **dict.fromkeys(GROUPS, ())})
    elif found:
        print_differences(found)
    else:
        print_plain("Nothing to compare with yet: there is no older list. See `adwatch register snapshots`.")


def snapshots_command(as_json: AsJson = False) -> None:
    """All imported lists, the newest first: day, hash, file, and how many licences stood how on that day.

    Example: [bold]adwatch register snapshots[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.register import list_snapshots, snapshot_of  # noqa: PLC0415
    from pipelines.register.showing import print_snapshots, snapshot_json  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        stale_after = settings.file.register_stale_after_days
        found = [
            (row, snapshot_of(connection, row, stale_after_days=stale_after)) for row in list_snapshots(connection)
        ]
    if as_json:
        print_json([snapshot_json(row, register) for row, register in found])
    else:
        print_snapshots(found)
