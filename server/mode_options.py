"""The options of `gridcli serve` that say what is played in which room, and for how long.

Not here: all other options (`server.options`), what a mode means (`gridcli.core.modes`).
"""

import re
from collections.abc import Mapping
from typing import Any

import click

from gridcli.core.geometry import Grid
from gridcli.core.modes.paint import MOST_CELLS
from gridcli.core.modes.rounds import Times
from gridcli.core.protocol.rounds import Mode
from gridcli.options import Duration

from .modes import DEFAULT_MODES, Pattern

_SHORTEST_S = 1.0
_LONGEST_S = 24 * 3600.0


class _ModeType(click.ParamType[Pattern]):
    name = "ROOM=MODE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Pattern:
        if isinstance(value, tuple):
            return value  # converted before
        room, _, mode = str(value).partition("=")
        if not re.fullmatch(r"[A-Za-z0-9_.*?\[\]!-]{1,64}", room) or mode not in _MODES:
            self.fail(
                f"{value!r} is not a room and a mode; write den=tag, or 'game-*=paint' for all "
                f"rooms whose names begin so; modes are {', '.join(_MODES)}",
                param,
                ctx,
            )
        return room, _MODES[mode]


class _Length(Duration):
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        length_s = super().convert(value, param, ctx)
        if not _SHORTEST_S <= length_s <= _LONGEST_S:
            self.fail(f"{value!r} is not from 1s to 24h", param, ctx)
        return length_s


_MODES = {str(mode): mode for mode in Mode}
_TIMES = Times()

MODE_OPTIONS = [
    click.option(
        "--mode",
        type=_ModeType(),
        multiple=True,
        show_default="tag and paint in rooms of these names, and tag-* and paint-*",
        help="What is played in a room: roam, tag or paint. ROOM may hold * and ?; may be "
        "repeated, and the first that fits says. '*=roam' turns all games off.",
    ),
    click.option(
        "--round",
        type=_Length(),
        default=f"{_TIMES.round_s:g}s",
        help="How long a round of tag or paint is.",
    ),
    click.option(
        "--podium",
        type=_Length(),
        default=f"{_TIMES.podium_s:g}s",
        help="How long its best are shown before the next one begins.",
    ),
]


def modes_from(given: Mapping[str, Any]) -> tuple[Pattern, ...]:
    """What a command's parameters say of rooms; those that are played by default come last.

    Raises:
        click.BadParameter: a game that can't be played was asked for.
    """
    asked: tuple[Pattern, ...] = tuple(given["mode"])
    grid: Grid = given["grid"]
    wanted = {mode for _, mode in asked} - {Mode.ROAM}
    if given["message_queue"]:
        if wanted:
            raise click.BadParameter(
                "the rules of a game need one server that has all of its players, and those of "
                "several servers are on each: leave --mode or --message-queue out",
                param_hint="--mode",
            )
        return ()
    if Mode.PAINT in wanted and grid.width * grid.height > MOST_CELLS:
        raise click.BadParameter(
            f"paint needs a --grid of at most {MOST_CELLS} cells: every newcomer is told them all",
            param_hint="--mode",
        )
    return (*asked, *DEFAULT_MODES)


def times_from(given: Mapping[str, Any]) -> Times:
    """How long rounds and podiums are."""
    return Times(given["round"], given["podium"])
