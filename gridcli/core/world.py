"""What the server knows: rooms, and the players in each.

Two verbs. `decide_*` takes a request and returns the changes that should happen, changing
nothing; `apply` takes one change and carries it out. The server decides, applies and tells
(`gridcli.core.changes` for protocol 2, one update a change for protocol 1).
Not here: sockets and sessions (`server`), what clients know (`gridcli.core.mirror`).
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar, NamedTuple, Protocol

from .errors import Refusal
from .geometry import Cell, Grid
from .occupancy import Occupancy
from .protocol.names import BAD_PAYLOAD, FULL, GONE, LOBBY
from .protocol.requests import Step
from .protocol.rounds import Mode, Phase, Round
from .protocol.talk import Chat


class Limits(NamedTuple):
    """How much a world holds."""

    rooms: int = 100
    players: int = 10_000
    players_per_room: int = 2_000


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class Player:
    """Someone on a grid; `seq` is the number of the last step applied.

    `generation` counts the connections of a player who can come back; 0 is one who can't.
    """

    user_id: str
    symbol: str
    name: str
    cell: Cell
    seq: int = 0
    generation: int = 0


class Contest(Protocol):
    """The game that is played in a room, see `gridcli.core.modes`. Times are in seconds."""

    mode: ClassVar[Mode]
    phase: Phase
    ends_s: float

    @property
    def resting(self) -> bool:
        """Whether nothing happens by itself, however much time passes."""

    @property
    def untold(self) -> bool:
        """Whether there is anything to tell."""

    def changed(self, room: "Room", change: "Change", now_s: float) -> None:
        """A change was carried out on the room."""

    def beat(self, room: "Room", now_s: float) -> None:
        """Time has passed."""

    def flush(self, room: "Room", now_s: float, joined: Iterable[str] = ()) -> Round | None:
        """What has changed since the last one; None for nothing.

        Args:
            room: its room.
            now_s: the time.
            joined: who has joined by the delta that it follows.
        """

    def full(self, room: "Room", now_s: float) -> Round:
        """How everything stands."""


@dataclass(slots=True)
class Room:
    """A grid of its own. `tick` counts the deltas that protocol-2 members were sent."""

    name: str
    tick: int = 0
    watchers: int = 0
    """Spectators, who keep a room open without being on its grid."""
    players: dict[str, Player] = field(default_factory=dict)
    occupancy: Occupancy = field(default_factory=Occupancy)
    contest: Contest | None = None
    """The game that is played here; None where everyone just roams."""
    said: deque[Chat] | None = None
    """What was said of late, where the server keeps it; None while nobody has."""

    @property
    def alone(self) -> bool:
        """Whether the room closes when one more player leaves."""
        return len(self.players) == 1 and not self.watchers


class Joined(NamedTuple):
    """Someone came into a room."""

    room: str
    user_id: str
    symbol: str
    name: str
    cell: Cell
    seq: int = 0
    generation: int = 0


class Moved(NamedTuple):
    """Someone took a step, or ran into the edge and stayed."""

    room: str
    user_id: str
    cell: Cell
    seq: int


class Left(NamedTuple):
    """Someone went out of a room."""

    room: str
    user_id: str


Change = Joined | Moved | Left


class World:
    """All rooms of one server. Not safe for threads; every call is synchronous."""

    def __init__(self, grid: Grid, limits: Limits = DEFAULT_LIMITS) -> None:
        self.grid = grid
        self.limits = limits
        self.rooms: dict[str, Room] = {LOBBY: Room(LOBBY)}
        self._whereabouts: dict[str, Room] = {}
        self._contest_of: Callable[[str], Contest | None] = lambda name: None
        self._clock: Callable[[], float] = lambda: 0.0

    def __len__(self) -> int:
        return len(self._whereabouts)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._whereabouts

    def play(self, contest_of: Callable[[str], Contest | None], clock: Callable[[], float]) -> None:
        """From now on rooms play what they are given, and are told of every change in them.

        Args:
            contest_of: a new game for a room of this name, or None.
            clock: monotonic seconds, asked with each change of a room that has a game.
        """
        self._contest_of, self._clock = contest_of, clock
        for room in self.rooms.values():
            room.contest = contest_of(room.name)

    def room_of(self, user_id: str) -> Room:
        """The room that a player is in. Raises `Refusal` (gone) for someone who left."""
        room = self._whereabouts.get(user_id)
        if room is None:
            raise Refusal(GONE, "this player is not in the game any more")
        return room

    def decide_join(
        self,
        user_id: str,
        room: str,
        rng: Random,
        *,
        name: str = "",
        symbol: str = "",
        cell: Cell | None = None,
        generation: int = 0,
    ) -> list[Change]:
        """A newcomer, or with a symbol and a cell someone who comes back or has wishes.

        Without them the cell is a free one where there is any, and the symbol one of the rarest
        in the room. A nameless player is called by the symbol.

        Raises:
            Refusal: the server, the room or the number of rooms is full.
        """
        if user_id in self:
            raise Refusal(BAD_PAYLOAD, "this player is in the game already")
        if len(self) >= self.limits.players:
            raise Refusal(FULL, f"the server is full ({self.limits.players} players)")
        occupancy = self._admit(room)
        symbol = symbol or occupancy.rarest_symbol(rng)
        place = self.grid.clamp(cell) if cell else occupancy.free_cell(self.grid, rng)
        return [Joined(room, user_id, symbol, name or symbol, place, generation=generation)]

    def decide_step(self, user_id: str, step: Step) -> Moved:
        """One step. Protocol 1 has no numbers, so its steps are counted as they come.

        Raises:
            Refusal: a `seq` that does not grow, or a player who has left.
        """
        room = self.room_of(user_id)
        player = room.players[user_id]
        seq = player.seq + 1 if step.seq is None else step.seq
        if seq <= player.seq:
            raise Refusal(BAD_PAYLOAD, f"seq must grow: {seq} after {player.seq}")
        return Moved(room.name, user_id, self.grid.step(player.cell, step.direction), seq)

    def decide_go(self, user_id: str, to: str, rng: Random) -> list[Change]:
        """A change of room; nothing at all when already there.

        Raises:
            Refusal: the room or the number of rooms is full, or the player has left.
        """
        room = self.room_of(user_id)
        if to == room.name:
            return []
        player = room.players[user_id]
        # A room that empties behind the last player makes place for the new one.
        place = self._admit(to, leaving=room).free_cell(self.grid, rng)
        return [
            Left(room.name, user_id),
            Joined(to, user_id, player.symbol, player.name, place, player.seq, player.generation),
        ]

    def decide_leave(self, user_id: str) -> list[Change]:
        """A player's end; nothing for someone who has left already."""
        room = self._whereabouts.get(user_id)
        return [Left(room.name, user_id)] if room else []

    def apply(self, change: Change) -> None:
        """Carry a change out. Rooms come with their first player and go with their last."""
        # Steps are by far the most frequent, and a class pattern costs more than the step itself.
        if isinstance(change, Moved):
            _, user_id, cell, seq = change
            room = self._whereabouts[user_id]
            player = room.players[user_id]
            if cell != player.cell:
                room.occupancy.move(player.cell, cell)
                player.cell = cell
                if room.contest is not None:
                    room.contest.changed(room, change, self._clock())
            player.seq = seq
        elif isinstance(change, Joined):
            room_name, user_id, symbol, name, cell, seq, generation = change
            room = self._open(room_name)
            room.players[user_id] = Player(user_id, symbol, name, cell, seq, generation)
            room.occupancy.enter(cell, symbol)
            self._whereabouts[user_id] = room
            if room.contest is not None:
                room.contest.changed(room, change, self._clock())
        else:
            room = self._whereabouts.pop(change.user_id)
            player = room.players.pop(change.user_id)
            room.occupancy.leave(player.cell, player.symbol)
            if room.contest is not None:
                room.contest.changed(room, change, self._clock())
            self._close_if_empty(room)

    def watch(self, name: str) -> None:
        """A spectator comes to a room. Raises `Refusal` when there can be no more rooms."""
        self._admit(name)
        self._open(name).watchers += 1

    def unwatch(self, name: str) -> None:
        """A spectator goes."""
        room = self.rooms[name]
        room.watchers -= 1
        self._close_if_empty(room)

    def _open(self, name: str) -> Room:
        """The room of this name, made if there is none."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, contest=self._contest_of(name))
        return room

    def _close_if_empty(self, room: Room) -> None:
        if not room.players and not room.watchers and room.name != LOBBY:
            del self.rooms[room.name]

    def _admit(self, name: str, leaving: Room | None = None) -> Occupancy:
        """How full a room is that has place for one more; a new room is empty."""
        room = self.rooms.get(name)
        if room is None:
            vacated = leaving is not None and leaving.name != LOBBY and leaving.alone
            if len(self.rooms) - vacated >= self.limits.rooms:
                raise Refusal(FULL, f"no more rooms ({self.limits.rooms})")
            return Occupancy()
        if len(room.players) >= self.limits.players_per_room:
            raise Refusal(FULL, f"the room is full ({self.limits.players_per_room} players)")
        return room.occupancy
