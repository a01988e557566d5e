"""What has changed on this node since the others were last told, in the order it happened.

The steps that a player makes in a row are one entry, whose cells in between go along, a few bytes
each, because protocol 1's players on other nodes are owed every position. Who came and went
meanwhile is told of, too: it may come back on any node. Pure. Not here: when it is told
(`replica`), messages (`wire`).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gridcli.core.geometry import Cell
from gridcli.core.protocol import fields
from gridcli.core.world import Change, Joined, Moved

from .rows import Row, decode_row, in_parts
from .wire import Body

_JOIN: Final = "+"
_LEAVE: Final = "-"
_LONGEST_TRAIL = 200
"""Cells of one player in one entry; who is faster has several."""


class Leave(NamedTuple):
    """An entry: this player has left."""

    user_id: str


class Outbox:
    """The untold changes of this node's own players. True when there are any."""

    __slots__ = ("_entries", "_walks")

    def __init__(self) -> None:
        self._entries: list[Row | Leave | list[Moved]] = []
        self._walks: dict[str, list[Moved]] = {}
        """Which entry a player's next step belongs to."""

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, change: Change) -> None:
        """Take in a change of one of our own players."""
        user_id = change.user_id
        if isinstance(change, Moved):
            walk = self._walks.get(user_id)
            if walk is None or len(walk) == _LONGEST_TRAIL:
                walk = self._walks[user_id] = []
                self._entries.append(walk)
            walk.append(change)
            return
        self._walks.pop(user_id, None)
        if isinstance(change, Joined):
            x, y = change.cell
            row = Row(
                *(user_id, change.room, change.symbol, change.name, x, y),
                *(change.seq, change.generation),
            )
            self._entries.append(row)
        else:
            self._entries.append(Leave(user_id))

    def clear(self) -> None:
        """Forget it all: a snapshot says it better."""
        self._entries.clear()
        self._walks.clear()

    def flush(self) -> Iterator[Body]:
        """The bodies of the next messages, and forget what they tell."""
        told = [_encode(entry) for entry in self._entries]
        self.clear()
        for part in in_parts(told):
            if part:
                yield {"changes": part}


def _encode(entry: Row | Leave | list[Moved]) -> list[object]:
    if isinstance(entry, Row):
        return [_JOIN, *entry]
    if isinstance(entry, Leave):
        return [_LEAVE, entry.user_id]
    last = entry[-1]
    row: list[object] = [last.user_id, last.seq, *last.cell]
    if len(entry) > 1:
        row.append([n for moved in entry[:-1] for n in moved.cell])
    return row


class Move:
    """An entry that came: where a player is now, and over which cells it went."""

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


def decode_delta(body: Body) -> list[Row | Leave | Move]:
    """A delta that came, in order. Raises `BadInput`."""
    return [_decode(entry) for entry in fields.rows(body.get("changes"), "changes")]


def _decode(entry: object) -> Row | Leave | Move:
    match entry:
        case [str(mark), *row] if mark == _JOIN:
            return decode_row(row)
        case [str(mark), user_id] if mark == _LEAVE:
            return Leave(fields.identity(user_id, "userId"))
        case _:
            return Move(entry)
