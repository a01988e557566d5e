"""The options of `gridcli play --web`, and what of the others each browser's game is given.

Loads nothing but click. Not here: serving (`gridcli.tui.web.serve`), the other options of play
(`gridcli.tui.command`).
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_WEB_PORT = 8766
"""The page's port, next to the one of the game."""
DEFAULT_SESSIONS = 8
"""Each is a process of some 50 MiB that takes most of a second of a core to start."""

NAMES = ("web", "web_host", "web_port", "web_sessions", "web_origin")
"""The options, as click names them."""
# The game is found once, for all browsers; and a recording is a file for each of them.
_NOT_PASSED_ON = frozenset({*NAMES, "server", "host", "port", "record"})


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What `--web` was asked for.

    `args` are the options of play that each browser's process is given; `origins` the addresses
    of pages that may connect besides our own.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_WEB_PORT
    sessions: int = DEFAULT_SESSIONS
    origins: tuple[str, ...] = ()
    args: tuple[str, ...] = ()


class _Origin(click.ParamType[str]):
    name = "URL"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        parts = urlsplit(str(value).strip())
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            self.fail(f"{value!r} is not a page's origin; write https://host", param, ctx)
        return f"{parts.scheme}://{parts.netloc}".lower()


def web_options(command: F) -> F:
    """Add `--web` and what goes with it; the command takes one `web`, `WebOptions` or None."""

    @wraps(command)
    def folded(*args: Any, **values: Any) -> Any:
        wished = [values.pop(name) for name in NAMES]
        return command(*args, web=_read(click.get_current_context(), *wished), **values)

    options = [
        click.option(
            "--web",
            is_flag=True,
            help="Show this screen in browsers: prints an address, and each page that opens it "
            "plays as a process of its own, with the options given here, all on one grid.",
        ),
        click.option(
            "--web-host",
            default="127.0.0.1",
            help="Address that the page listens on. There are no passwords: on any other, whoever "
            "reaches it plays, and starts processes here.",
        ),
        click.option(
            "--web-port",
            type=click.IntRange(0, 65535),
            default=DEFAULT_WEB_PORT,
            help="Its port; a free one where that is taken.",
        ),
        click.option(
            "--web-sessions",
            type=click.IntRange(1, 1000),
            default=DEFAULT_SESSIONS,
            help="Pages that play at once; more are asked to wait.",
        ),
        click.option(
            "--web-origin",
            type=_Origin(),
            multiple=True,
            show_default="only the page itself",
            help="Address at which a proxy shows the page.",
        ),
    ]
    wrapped: Any = folded
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _read(
    ctx: click.Context, web: bool, host: str, port: int, sessions: int, origins: tuple[str, ...]
) -> WebOptions | None:
    if not web:
        for name in NAMES[1:]:
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"--{name.replace('_', '-')} goes with --web", ctx)
        return None
    return WebOptions(host, port, sessions, origins, tuple(passed_on(ctx, _NOT_PASSED_ON)))


def passed_on(ctx: click.Context, but: Collection[str]) -> list[str]:
    """The options that the running command was given, by its line or its environment, written
    for another process; without those named in `but`."""
    args = []
    for option in ctx.command.params:
        name = option.name or ""
        if not isinstance(option, click.Option) or name in but or name not in ctx.params:
            continue
        if ctx.get_parameter_source(name) in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP):
            continue
        value, flag = ctx.params[name], max(option.opts, key=len)
        if option.is_flag:
            args += [flag] if value else option.secondary_opts[:1]
        else:
            args += [f"{flag}={_written(one)}" for one in (value if option.multiple else [value])]
    return args


def _written(value: object) -> str:
    return os.fspath(value) if isinstance(value, Path) else str(value)
