"""`--replay` of `gridcli play`: its options, and which others make no sense beside it.

Loads no screen library. Not here: playing the recording (`gridcli.tui.replay.session`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from gridcli.core.deck import FASTEST, SLOWEST
from gridcli.tui.web.options import NAMES

F = TypeVar("F", bound=Callable[..., Any])

_OURS = ("replay", "speed", "player")
_BESIDE = ("ascii_only", *NAMES)
"""What makes sense with a recording, too."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What is to be played: a file, and of whom; None for the first whose view there is."""

    path: Path
    player: int | None = None
    speed: float = 1.0
    ascii_only: bool = False


def replay_options(command: F) -> F:
    """Add `--replay`, `--speed` and `--player` to a command.

    It takes one `replay` for them, `ReplayOptions` or None.
    """

    @wraps(command)
    def folded(*args: Any, **values: Any) -> Any:
        path, speed, player = (values.pop(name) for name in _OURS)
        _check(click.get_current_context(), path)
        replay = None if path is None else ReplayOptions(path, player, speed, values["ascii_only"])
        return command(*args, replay=replay, **values)

    options = [
        click.option(
            "--replay",
            type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
            metavar="FILE",
            help="Watch a recording that --record made, of play or of bots; no server is needed.",
        ),
        click.option(
            "--speed",
            type=click.FloatRange(SLOWEST, FASTEST),
            default=1.0,
            help="How many times as fast --replay begins.",
        ),
        click.option(
            "--player",
            type=click.IntRange(min=0),
            metavar="N",
            show_default="the first whose view was recorded",
            help="Whose view --replay shows.",
        ),
    ]
    wrapped: Any = folded
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _check(ctx: click.Context, path: Path | None) -> None:
    """Refuse what was typed and makes no sense with a recording, or without one."""
    typed = [
        name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    for name in typed:
        option = name.replace("_", "-")
        if path is None and name in _OURS:
            raise click.UsageError(f"--{option} goes with --replay", ctx)
        if path is not None and name not in (*_OURS, *_BESIDE):
            raise click.UsageError(f"--replay shows what was recorded; leave --{option} out", ctx)
