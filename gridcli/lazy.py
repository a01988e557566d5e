"""A group of commands that are imported when they are called.

Its help and the completion of its names need only the table. Not here: the table and the entry
point (`gridcli.cli`).
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps, and imports one when asked.

    Args:
        lazy: for each name where the command is, as `module:attribute`, and what it does in a line.
        more: as for any group.
    """

    def __init__(self, *, lazy: Mapping[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of that name."""
        if cmd_name not in self._lazy:
            return None
        module, attribute = self._lazy[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; where there is none, what was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            near = nearest(error.command_name, list(self._lazy))
            message = error.message + did_you_mean(near)
            raise click.NoSuchCommand(error.command_name, message, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table into the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Names and options that begin so; click would import each command for its help."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=text)
            for name, (_, text) in self._lazy.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


def nearest(word: str, names: list[str]) -> list[str]:
    """The names that somebody may have meant: those that begin so, or else those that look alike.

    Most alike comes first; there may be none.
    """
    from difflib import get_close_matches

    low = word.lower()
    beginning = [name for name in names if low and name.startswith(low)]
    return beginning or get_close_matches(low, names)


def did_you_mean(near: Sequence[str]) -> str:
    """The question that follows on what was wrong, with a space before it; empty for no names."""
    if not near:
        return ""
    *others, last = [repr(name) for name in near]
    return f" Did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
