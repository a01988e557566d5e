"""Players as nodes tell each other of them: rows, their digest, and the cutting into parts.

Pure. Not here: who owns whom (`roster`), what has changed (`outbox`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from gridcli.core.geometry import Cell
from gridcli.core.protocol import fields
from gridcli.core.world import Joined, Player

PART_BYTES = 48 * 1024
"""How many bytes of rows go into one message; what is around them has room besides."""


class Row(NamedTuple):
    """One player, as a JSON list of these."""

    user_id: str
    room: str
    symbol: str
    name: str
    x: int
    y: int
    seq: int
    generation: int

    @property
    def cell(self) -> Cell:
        """Where the player is."""
        return Cell(self.x, self.y)

    @property
    def player(self) -> Player:
        """The player, apart from the room."""
        return Player(self.user_id, self.symbol, self.name, self.cell, self.seq, self.generation)

    @property
    def joined(self) -> Joined:
        """The change by which this player comes into the world."""
        return Joined(
            self.room, self.user_id, self.symbol, self.name, self.cell, self.seq, self.generation
        )


def row_of(player: Player, room: str) -> Row:
    """A player of the world as a row."""
    x, y = player.cell
    return Row(
        *(player.user_id, room, player.symbol, player.name, x, y),
        *(player.seq, player.generation),
    )


def decode_row(value: object) -> Row:
    """A row that came. Raises `BadInput`."""
    user_id, room, symbol, name, x, y, seq, generation = fields.row(value, 8, "a player's row")
    cell = fields.cell(x, y, "a player's cell")
    return Row(
        fields.identity(user_id, "userId"),
        fields.identity(room, "room"),
        fields.text(symbol, "symbol"),
        fields.text(name, "name"),
        cell.x,
        cell.y,
        fields.count(seq, "seq"),
        fields.count(generation, "generation"),
    )


def digest_of(rows: Iterable[Row]) -> str:
    """16 hexadecimal digits that are the same for the same players in any order."""
    told = orjson.dumps([list(row) for row in sorted(rows)])
    return hashlib.blake2b(told, digest_size=8).hexdigest()


def in_parts(rows: Iterable[list[object]]) -> Iterator[list[list[object]]]:
    """Rows in parts that each fit into a message, in order; at least one part, perhaps empty."""
    part: list[list[object]] = []
    size = 0
    for row in rows:
        length = len(orjson.dumps(row)) + 1
        if part and size + length > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    yield part
