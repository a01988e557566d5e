"""What has changed on this node since the others were last told: the latest of each player.

A player who moved several times costs one row; the cells in between go along in it, a few bytes
each, because protocol 1's players on other nodes are owed every position. Pure. Not here: when
it is told (`replica`), messages (`wire`).
"""

from collections.abc import Iterator

from gridcli.core.geometry import Cell
from gridcli.core.protocol import fields
from gridcli.core.world import Change, Joined, Moved

from .rows import Row, decode_row, in_parts
from .wire import Body

_LONGEST_TRAIL = 200
"""Cells of one player in one row; who is faster has several rows."""


class Outbox:
    """The untold changes of this node's own players. True when there are any."""

    __slots__ = ("_joined", "_left", "_moved")

    def __init__(self) -> None:
        self._joined: dict[str, Row] = {}
        self._moved: dict[str, list[Moved]] = {}
        self._left: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._moved or self._joined or self._left)

    def add(self, change: Change) -> None:
        """Take in a change of one of our own players."""
        user_id = change.user_id
        if isinstance(change, Moved):
            moves = self._moved.get(user_id)
            if moves is None:
                self._moved[user_id] = [change]
            else:
                moves.append(change)
            return
        self._moved.pop(user_id, None)
        if isinstance(change, Joined):
            x, y = change.cell
            self._left.pop(user_id, None)
            self._joined[user_id] = Row(
                *(user_id, change.room, change.symbol, change.name, x, y),
                *(change.seq, change.generation),
            )
        else:
            self._joined.pop(user_id, None)
            self._left[user_id] = None

    def clear(self) -> None:
        """Forget it all: a snapshot says it better."""
        self._joined.clear()
        self._moved.clear()
        self._left.clear()

    def flush(self) -> Iterator[Body]:
        """The bodies of the next messages, and forget what they tell."""
        # In this order: who left is not in the way of who came, and who came may have moved.
        told: list[list[object]] = [["leaves", user_id] for user_id in self._left]
        told += [["joins", list(row)] for row in self._joined.values()]
        for user_id, made in self._moved.items():
            for start in range(0, len(made), _LONGEST_TRAIL):
                told.append(["moves", _move(user_id, made[start : start + _LONGEST_TRAIL])])
        self.clear()
        for part in in_parts(told):
            body: dict[str, list[object]] = {}
            for kind, row in part:
                body.setdefault(str(kind), []).append(row)
            if body:
                yield dict(body)


def _move(user_id: str, made: list[Moved]) -> list[object]:
    last = made[-1]
    row: list[object] = [user_id, last.seq, *last.cell]
    if len(made) > 1:
        row.append([n for moved in made[:-1] for n in moved.cell])
    return row


class Move:
    """A row of `moves` that came: where a player is now, and over which cells it went."""

    __slots__ = ("cell", "seq", "trail", "user_id")

    def __init__(self, value: object) -> None:
        """Read it. Raises `BadInput`."""
        found = fields.rows(value, "a move")
        if not 4 <= len(found) <= 5:
            raise fields.bad("a move must be a list of 4 or 5")
        self.user_id = fields.identity(found[0], "userId")
        self.seq = fields.count(found[1], "seq")
        self.cell = fields.cell(found[2], found[3], "a move's cell")
        trail = fields.rows(found[4], "a trail") if len(found) == 5 else ()
        if len(trail) % 2:
            raise fields.bad("a trail must hold pairs")
        self.trail: list[Cell] = [
            fields.cell(trail[i], trail[i + 1], "a trail's cell") for i in range(0, len(trail), 2)
        ]


class Told:
    """The body of a delta that came."""

    __slots__ = ("joins", "leaves", "moves")

    def __init__(self, body: Body) -> None:
        """Read it. Raises `BadInput`."""
        self.leaves = [fields.identity(u, "userId") for u in fields.rows(body.get("leaves"), "")]
        self.joins = [decode_row(row) for row in fields.rows(body.get("joins"), "joins")]
        self.moves = [Move(row) for row in fields.rows(body.get("moves"), "moves")]
