"""From changes of the world to protocol 2's deltas.

A `Changes` collects whom the changes of one room were about since the last tick; what goes out
is read from the room when the tick is made, so a player who moved five times costs one row.
Not here: when a tick is due (`server.ticker`), what a client does with it
(`gridcli.core.mirror`).
"""

from collections.abc import Iterable
from functools import partial

from .protocol.updates import Delta, Joiner
from .world import Change, Joined, Moved, Player, Room


class Changes:
    """Who joined, moved and left in one room since the last delta. True when anyone did."""

    __slots__ = ("_joined", "_left", "_moved")

    def __init__(self) -> None:
        # Dicts as ordered sets: rows go out in the order of the changes, run after run.
        self._joined: dict[str, None] = {}
        self._moved: dict[str, None] = {}
        self._left: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._moved or self._joined or self._left)

    def add(self, change: Change) -> None:
        """Take in one change that was applied to the room."""
        user_id = change.user_id
        if isinstance(change, Moved):
            self._moved[user_id] = None
        elif isinstance(change, Joined):
            self._joined[user_id] = None
            if change.seq:
                self._moved[user_id] = None
        else:
            # Kept even for someone who joined within this same tick: a newcomer in between was
            # sent a full state with that player in it.
            self._joined.pop(user_id, None)
            self._moved.pop(user_id, None)
            self._left[user_id] = None

    def flush(self, room: Room) -> Delta:
        """The room's next delta; counts the room's tick on and forgets the changes."""
        room.tick += 1
        players = room.players
        moved = [players[user_id] for user_id in self._moved]
        delta = Delta(
            tick=room.tick,
            users=len(players),
            joins=_joiners(players[user_id] for user_id in self._joined),
            cells={player.user_id: player.cell for player in moved},
            seqs={player.user_id: player.seq for player in moved},
            leaves=tuple(self._left),
        )
        self.clear()
        return delta

    def clear(self) -> None:
        """Forget the changes: nobody is there to be told."""
        self._joined.clear()
        self._moved.clear()
        self._left.clear()


def full_delta(room: Room) -> Delta:
    """The whole room as a delta: for a newcomer, and after any gap.

    It may hold changes that the next tick tells again; both tell final states, so a client that
    applies both knows what the server knows.
    """
    players = room.players.values()
    moved = [player for player in players if player.seq]
    return Delta(
        tick=room.tick,
        users=len(players),
        full=True,
        joins=_joiners(players),
        cells={player.user_id: player.cell for player in moved},
        seqs={player.user_id: player.seq for player in moved},
    )


# Every newcomer is sent the whole room, and `Joiner`'s own constructor, which is not of C, would be
# half of the work.
_new_joiner = partial(tuple.__new__, Joiner)


def _joiners(players: Iterable[Player]) -> list[Joiner]:
    return list(map(_new_joiner, ((p.user_id, p.symbol, p.cell, p.name) for p in players)))
