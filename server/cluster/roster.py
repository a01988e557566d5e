"""Who plays on which other node, and what that means for the world here.

Each node's players are in a table of its own, which only that node writes. A player in several
tables (it has connected again elsewhere, and not everyone knows) is where its generation is
highest. Pure: out come changes for the world. Not here: this node's own players (`replica`).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gridcli.core.world import Change, Left, Moved

from .outbox import Move
from .rows import Row


class Table:
    """One node's players, as it has told of them."""

    __slots__ = ("name", "rows")

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[str, Row] = {}


class Lost(NamedTuple):
    """A player of this node has connected again elsewhere, and is that node's now."""

    user_id: str


Effect = Change | Lost


class Roster:
    """All players, by the node that has them.

    Args:
        node: our own name.
        departed: asked for the generation of a player who is away, 0 for anyone else: rows of
            an earlier one are out of date.

    Methods that take in what another node has told yield what changes here, in order.
    """

    def __init__(self, node: str, departed: Callable[[str], int]) -> None:
        self.own: dict[str, int] = {}
        """Our own players' generations, by user id."""
        self.tables: dict[str, Table] = {}
        self.node = node
        self._departed = departed
        self._shown: dict[str, Table] = {}
        """Whose row is the one that the world shows, by user id; never one of our own's."""

    def table(self, node: str) -> Table:
        """A node's table, empty if it is new."""
        table = self.tables.get(node)
        if table is None:
            table = self.tables[node] = Table(node)
        return table

    def out_of_date(self, row: Row) -> int:
        """The generation that a player has with us, where a row is of an earlier one; else 0."""
        own = self.own.get(row.user_id)
        known = self._departed(row.user_id) if own is None else own
        return known if known > row.generation else 0

    def replace(self, table: Table, rows: Iterable[Row]) -> Iterator[Effect]:
        """A node has told of all of its players."""
        told = {row.user_id: row for row in rows}
        for user_id in [user_id for user_id in table.rows if user_id not in told]:
            yield from self.remove(table, user_id)
        for row in told.values():
            yield from self.put(table, row)

    def put(self, table: Table, row: Row) -> Iterator[Effect]:
        """A node has told of one player."""
        user_id = row.user_id
        before = table.rows.get(user_id)
        table.rows[user_id] = row
        own = self.own.get(user_id)
        shown = self._shown.get(user_id)
        if own is not None:
            if (row.generation, table.name) > (own, self.node):
                yield from self.lose(user_id)
                self._shown[user_id] = table
                yield row.joined
        elif shown is table:
            assert before is not None, "what is shown is in its table"
            yield from _difference(before, row)
        elif shown is not None:
            if _rank(table, row) > _rank(shown, shown.rows[user_id]):
                self._shown[user_id] = table
                yield from _difference(shown.rows[user_id], row)
        elif not self.out_of_date(row):
            self._shown[user_id] = table
            yield row.joined

    def lose(self, user_id: str) -> Iterator[Effect]:
        """One of our own has connected again elsewhere."""
        del self.own[user_id]
        yield Lost(user_id)

    def take(self, user_id: str, generation: int) -> None:
        """A player is our own from now on, wherever it was before."""
        self.own[user_id] = generation
        self._shown.pop(user_id, None)

    def move(self, table: Table, move: Move) -> Iterator[Effect]:
        """A node has told of steps of one player; of one whom it never told of, nothing."""
        before = table.rows.get(move.user_id)
        if before is None:
            return
        x, y = move.cell
        table.rows[move.user_id] = Row(*before[:4], x, y, move.seq, before.generation)
        if self._shown.get(move.user_id) is table:
            room, seq = before.room, before.seq
            missed = len(move.trail)
            for place, cell in enumerate(move.trail):
                # Only the last step's number is told; those before are somewhere between.
                yield Moved(room, move.user_id, cell, max(seq, move.seq - missed + place))
            yield Moved(room, move.user_id, move.cell, move.seq)

    def remove(self, table: Table, user_id: str) -> Iterator[Effect]:
        """A player is not with this node any more."""
        row = table.rows.pop(user_id, None)
        if row is None or self._shown.get(user_id) is not table:
            return
        del self._shown[user_id]
        others = [
            other
            for other in self.tables.values()
            if user_id in other.rows and other.rows[user_id].generation >= row.generation
        ]
        if others:
            best = max(others, key=lambda other: _rank(other, other.rows[user_id]))
            self._shown[user_id] = best
            yield from _difference(row, best.rows[user_id])
        else:
            yield Left(row.room, user_id)

    def drop(self, node: str) -> Iterator[Effect]:
        """A node is gone, with all of its players."""
        table = self.tables.get(node)
        if table is not None:
            yield from self.replace(table, ())
            del self.tables[node]


def _rank(table: Table, row: Row) -> tuple[int, str]:
    return row.generation, table.name


def _difference(before: Row, after: Row) -> Iterator[Effect]:
    if before == after:
        return
    same = before[:4] == after[:4] and before.generation == after.generation
    if same and after.seq >= before.seq:
        yield Moved(after.room, after.user_id, after.cell, after.seq)
    else:
        yield Left(before.room, before.user_id)
        yield after.joined
