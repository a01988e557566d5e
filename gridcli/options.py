"""Options that `gridcli play` and `gridcli bots` share, so that they mean and read the same.

Not here: what a command does with them (`gridcli.tui.command`, `bots.command`).
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gridcli.completion.values import words
from gridcli.core.errors import BadInput
from gridcli.core.protocol.names import LOBBY
from gridcli.core.text import check_room
from gridcli.core.tokens import OWN_TOKEN, BadTokens, own_token
from gridcli.link.target import DEFAULT_PORT, NEW, Target, Transport, server_urls

F = TypeVar("F", bound=Callable[..., Any])

_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """A length of time, in seconds: `10`, `10s`, `2m`, `500ms`."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read what was typed."""
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|)", str(value).strip())
        if not found:
            self.fail(f"{value!r} is not a length of time; write 30s, 2m or 500ms", param, ctx)
        return float(found[1]) * _SECONDS[found[2]]


class _Server(click.ParamType[tuple[str, ...]]):
    name = "URL[,URL…]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        if value in ("", NEW):
            return (str(value),)
        try:
            return server_urls(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Room(click.ParamType[str]):
    name = "room"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            return check_room(str(value))
        except BadInput as error:
            self.fail(error.text, param, ctx)


def target_of(
    server: tuple[str, ...],
    room: str = LOBBY,
    transport: str = Transport.AUTO,
    protocol: str = "2",
    token_file: Path | None = None,
) -> Target:
    """What the options below mean together.

    Raises:
        click.BadParameter: there is no token in the file.
    """
    url, *others = server
    return Target(
        url,
        room=room,
        transport=Transport(transport),
        protocol=int(protocol),
        others=tuple(others),
        token=_own_token(token_file),
    )


def _own_token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(OWN_TOKEN, "").strip()
    try:
        return own_token(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, BadTokens) as error:
        reason = str(error) if isinstance(error, BadTokens) else "it can't be read as text"
        raise click.BadParameter(f"{file}: {reason}", param_hint="--token-file") from None


def server_option(default: str) -> Callable[[F], F]:
    """Make `--server`; the argument says what is taken where it is not given."""
    return click.option(
        "--server",
        type=_Server(),
        default="",
        shell_complete=words(NEW, f"http://127.0.0.1:{DEFAULT_PORT}"),
        show_default=default,
        help="Address of a server, or of several that share a grid, with commas between "
        f"them; '{NEW}' starts one of your own in any case.",
    )


token_file_option = click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    metavar="FILE",
    help="File with the token that a server lets you in by; or the token itself in the "
    f"environment, as {OWN_TOKEN}. On a command line, others could read it.",
)


def link_options(command: F) -> F:
    """Add `--server`, `--room`, `--transport`, `--protocol` and `--token-file` to a command."""
    options: list[Callable[[F], F]] = [
        server_option("the game that runs on this machine, or else a new one"),
        click.option(
            "--room",
            type=_Room(),
            default=LOBBY,
            shell_complete=words(LOBBY),
            help="Room to play in.",
        ),
        click.option(
            "--transport",
            type=click.Choice([str(t) for t in Transport]),
            default=str(Transport.AUTO),
            help="auto is WebSocket, and long polling where that is blocked; "
            "upgrade begins with polling and changes over.",
        ),
        click.option(
            "--protocol",
            type=click.Choice(["1", "2"]),
            default="2",
            help="Dialect to ask for; a server that knows only 1 is played in 1.",
        ),
        token_file_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command
