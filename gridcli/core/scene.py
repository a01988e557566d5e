"""What a room looks like after some updates: a value that clients share.

Every bot of a process sees the same room; it is rebuilt once for each update and not once for
each bot. Not here: whose view it is, and how many the server says there are
(`gridcli.core.mirror`): what servers tell newcomers differs, and must not keep clients apart.
"""

from typing import NamedTuple

from .geometry import Cell
from .protocol.bursts import Burst, entries_of
from .protocol.updates import Delta, Placed, Removed, Status, Update
from .sharing import Known, Meetings


class Identity(NamedTuple):
    """What does not change while a player is in a room."""

    symbol: str
    name: str


class Scene:
    """A room as updates have told it. Nobody changes it once it is made, but for `alone`.

    `cells` and `who` have the same keys; `seqs` holds, in protocol 2, the highest step of each
    player that the scene includes.
    """

    __slots__ = ("__weakref__", "cells", "known", "seqs", "strangers", "tick", "ways", "who")

    def __init__(
        self,
        who: dict[str, Identity] | None = None,
        cells: dict[str, Cell] | None = None,
        seqs: dict[str, int] | None = None,
        tick: int = -1,
    ) -> None:
        self.who = {} if who is None else who
        self.cells = {} if cells is None else cells
        self.seqs = {} if seqs is None else seqs
        self.tick = tick
        self.strangers = 0
        """How many players the last update moved whom none has introduced; they are left out."""
        self.ways: dict[int, tuple[Update | Burst, Scene]] = {}
        self.known: Known | None = None

    def after(self, update: Update | Burst) -> "Scene":
        """The scene that the update leads to; this one where it changes nothing."""
        known = self.ways.get(id(update))
        if known is not None:
            return known[1]
        scene = self._made_by(update)
        if scene is not self:
            scene = _meetings.at(update.last if isinstance(update, Burst) else update, scene)
            _meetings.remember(self, entries_of(update))
            self.ways[id(update)] = update, scene
        return scene

    def alone(self, update: Update | Burst) -> "Scene":
        """The same for one client alone: nothing is remembered, and this very scene may change."""
        if isinstance(update, Placed):
            user_id, symbol, cell = update
            if user_id not in self.who:
                self.who[user_id] = Identity(symbol, symbol)
            self.cells[user_id] = cell
            return self
        return self._made_by(update)

    def copy(self) -> "Scene":
        """The same room, to be changed by `alone`."""
        return Scene(self.who.copy(), self.cells.copy(), self.seqs.copy(), self.tick)

    def __len__(self) -> int:
        return len(self.cells) + len(self.seqs) + 1

    def forget(self) -> None:
        """Forget the ways on from here."""
        self.ways.clear()

    def same_as(self, other: "Scene") -> bool:
        """Whether both show the same."""
        return (
            self.tick == other.tick
            and (self.who is other.who or self.who == other.who)
            and self.cells == other.cells
            and self.seqs == other.seqs
        )

    def _made_by(self, update: Update | Burst) -> "Scene":
        if isinstance(update, Placed):
            user_id, symbol, cell = update
            who = self.who
            if user_id not in who:
                who = {**who, user_id: Identity(symbol, symbol)}
            cells = self.cells.copy()
            cells[user_id] = cell
            return Scene(who, cells, self.seqs, self.tick)
        match update:
            case Delta():
                return self._made_by_delta(update)
            case Burst():
                return self._made_by_burst(update)
            case Removed(user_id):
                who, cells = self.who.copy(), self.cells.copy()
                who.pop(user_id, None)
                cells.pop(user_id, None)
                return Scene(who, cells, self.seqs, self.tick)
            case Status(symbols, told):
                who = {u: Identity(symbol, symbol) for u, symbol in symbols.items()}
                return Scene(who, dict(told), {}, self.tick)
        return self

    def _made_by_burst(self, burst: Burst) -> "Scene":
        who, cells = self.who, self.cells.copy()
        for part in burst:
            if isinstance(part, Placed):
                user_id, symbol, cell = part
                cells[user_id] = cell
                if user_id not in who:
                    who = {**who, user_id: Identity(symbol, symbol)}
            elif isinstance(part, Removed):
                who = who.copy()
                who.pop(part.user_id, None)
                cells.pop(part.user_id, None)
        return Scene(who, cells, self.seqs, self.tick)

    def _made_by_delta(self, delta: Delta) -> "Scene":
        if delta.full:
            who: dict[str, Identity] = {}
            cells: dict[str, Cell] = {}
            seqs: dict[str, int] = {}
        else:
            who, cells, seqs = self.who, self.cells.copy(), self.seqs.copy()
            if delta.joins or delta.leaves:
                who = who.copy()
        for user_id in delta.leaves:
            who.pop(user_id, None)
            cells.pop(user_id, None)
            seqs.pop(user_id, None)
        for user_id, symbol, cell, name in delta.joins:
            who[user_id] = Identity(symbol, name)
            cells[user_id] = cell
            seqs[user_id] = 0
        cells.update(delta.cells)
        seqs.update(delta.seqs)
        scene = Scene(who, cells, seqs, delta.tick)
        if len(cells) != len(who):
            for user_id in cells.keys() - who.keys():
                del cells[user_id]
                seqs.pop(user_id, None)
                scene.strangers += 1
        return scene


_meetings: Meetings[Scene] = Meetings()
