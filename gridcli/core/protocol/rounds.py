"""What a server says of the game that is played in a room: its rounds, points and paint.

A room of free roam has none of it. Not here: the rules (`gridcli.core.modes`), what a client
knows of it (`gridcli.core.contest`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ..geometry import Cell
from . import fields
from .names import GAME, Payload

MAX_PODIUM = 10
"""The most places of a podium that a client takes; ours has three."""


class Mode(StrEnum):
    """What is played in a room."""

    ROAM = "roam"
    TAG = "tag"
    """One is it; a touch passes it on. Points are seconds of not being it."""
    PAINT = "paint"
    """A cell takes the colour of who stepped there last. Points are cells."""


class Phase(StrEnum):
    """Where a round is."""

    WAITING = "waiting"
    """For enough players."""
    PLAYING = "playing"
    PODIUM = "podium"
    """It is over, and the best are shown."""


class Place(NamedTuple):
    """One of the best of a round; it may have left since."""

    user_id: str
    symbol: str
    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Round:
    """How the room's game stands: all of it (`full`), or what has changed since the last one.

    `left_ms` is what was left of the phase when it was said; 0 where nobody knows. `it` is always
    said. `points` and `paint` hold the changed entries alone, unless it is full; a full one
    follows every full delta of such a room, and every new round begins with one.
    """

    mode: Mode
    number: int
    phase: Phase
    left_ms: int = 0
    full: bool = False
    it: str = ""
    points: Mapping[str, int] = field(default_factory=dict)
    paint: Mapping[Cell, str] = field(default_factory=dict)
    podium: Sequence[Place] = ()


def encode_round(told: Round) -> tuple[str, Payload]:
    """The event name and its one argument."""
    payload: Payload = {"mode": told.mode, "round": told.number, "phase": told.phase}
    if told.left_ms:
        payload["leftMs"] = told.left_ms
    if told.full:
        payload["full"] = True
    if told.it:
        payload["it"] = told.it
    if told.points:
        payload["points"] = list(told.points.items())
    if told.paint:
        payload["paint"] = _by_painter(told.paint)
    if told.podium:
        payload["podium"] = [tuple(place) for place in told.podium]
    return GAME, payload


def _by_painter(paint: Mapping[Cell, str]) -> list[list[object]]:
    """Rows of a user id and all of its cells: x, y, x, y, …, a third of what a row each takes."""
    rows: dict[str, list[object]] = {}
    for (x, y), user_id in paint.items():
        row = rows.get(user_id)
        if row is None:
            row = rows[user_id] = [user_id]
        row += (x, y)
    return list(rows.values())


def decode_round(payload: object) -> Round:
    """What `game` says. Raises `BadInput`, also for a mode that this client does not know."""
    body = fields.mapping(payload, GAME)
    points: dict[str, int] = {}
    for entry in fields.rows(body.get("points"), "points"):
        user_id, value = fields.row(entry, 2, "a row of points")
        points[fields.identity(user_id, "userId")] = fields.count(value, "points")
    paint: dict[Cell, str] = {}
    for entry in fields.rows(body.get("paint"), "paint"):
        painter, *places = fields.rows(entry, "a row of paint") or ("",)
        user_id = fields.identity(painter, "userId")
        if len(places) % 2:
            raise fields.bad("a row of paint must be a user id and pairs of x and y")
        for at in range(0, len(places), 2):
            paint[fields.cell(places[at], places[at + 1], "a row of paint")] = user_id
    podium = fields.rows(body.get("podium"), "podium")[:MAX_PODIUM]
    return Round(
        mode=_MODES[_word(body.get("mode"), "mode", _MODES)],
        number=fields.count(body.get("round"), "round"),
        phase=_PHASES[_word(body.get("phase"), "phase", _PHASES)],
        left_ms=0 if body.get("leftMs") is None else fields.count(body["leftMs"], "leftMs"),
        full=fields.flag(body.get("full"), "full"),
        it=fields.label(body.get("it"), "it", optional=True),
        points=points,
        paint=paint,
        podium=tuple(map(_place, podium)),
    )


def _place(entry: object) -> Place:
    user_id, symbol, name, points = fields.row(entry, 4, "a row of podium")
    return Place(
        fields.identity(user_id, "userId"),
        fields.label(symbol, "symbol"),
        fields.label(name, "name"),
        fields.count(points, "points"),
    )


def _word(value: object, what: str, known: Mapping[str, object]) -> str:
    word = fields.label(value, what)
    if word not in known:
        raise fields.bad(f"{what} must be one of {', '.join(known)}")
    return word


_MODES = {str(mode): mode for mode in Mode}
_PHASES = {str(phase): phase for phase in Phase}
