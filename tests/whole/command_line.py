"""The program's command line as built: whether it knows a command with its options and arguments. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

import typer
from typer.core import TyperCommand, TyperGroup

from crawler.cli import app

WrongUse = typer.BadParameter.__base__


@cache
def program() -> TyperGroup:
    """The commands of the hall and of all rooms."""
    for room in entry_points(group="adwatch.commands"):
        room.load()(app)
    built = typer.main.get_command(app)
    assert isinstance(built, TyperGroup)
    return built


def understand(arguments: Sequence[str]) -> str:
    """The name of the command that is meant, like `cases show`. Raises WrongUse where the program has no such thing."""
    command: TyperGroup | TyperCommand = program()
    context, names, rest = None, [], list(arguments)
    while True:
        context = command.make_context(" ".join(names) or "adwatch", rest, parent=context)
        if not isinstance(command, TyperGroup):
            return " ".join(names)
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert isinstance(found, TyperGroup | TyperCommand)
        command = found
        names.append(name)
