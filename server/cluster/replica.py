"""One node's part in the replication: what it tells the others, and what it makes of theirs.

Every node owns the players connected to it and tells of them; nobody else writes them. This is
the protocol as a state machine: messages and the time go in, messages to publish and effects on
the world come out. Pure: the clock is an argument, chance a parameter. Not here: the event loop
and the broker (`node`), what is said (`telling`) and understood (`hearing`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from random import Random
from typing import NamedTuple

from gridcli.core.geometry import Grid
from gridcli.core.protocol.updates import Chat, Emote
from gridcli.core.world import Change, Joined, Left

from . import hearing
from .hearing import Hearing, Peer
from .roster import Roster
from .rows import Row
from .telling import Telling
from .wire import Dropped, Sealer

DELTA_S = 0.05
"""The shortest time between two deltas."""
HEARTBEAT_S = 1.0
SNAPSHOT_S = 30.0
"""How often a node tells of all its players unasked, give or take a tenth."""
JITTER_S = 0.2
"""The longest that an answer waits, so that not all answer at once."""
SUSPECT_S = 3.0
"""How long a node may say nothing until it is suspected."""
GONE_S = 5.0
"""How long a node may say nothing until its players leave."""
ECHO_S = 2.4
"""How long our own messages may take to come back: two heartbeats, and a little."""
_STALL_S = 0.25
"""To be called so much later than asked is a stall of our own, and nobody else's silence."""


class Reach(NamedTuple):
    """Whether our messages come back; while they don't, we are alone."""

    up: bool


Effect = hearing.Effect | Reach


class Replica:
    """One node.

    Args:
        node: its name, `[a-z0-9]{1,16}`.
        boot: random, new with each start.
        grid: of every room; nodes with another one are ignored.
        rows_of: the present rows of players that are our own, by user id.
        away: all who may come back, with the seconds since they went.
        departed: the generation of one of them, 0 for anyone else.
        sealer: seals and opens messages.
        rng: where jitter comes from.
    """

    def __init__(
        self,
        node: str,
        boot: str,
        grid: Grid,
        *,
        rows_of: Callable[[Iterable[str]], Iterable[Row]],
        away: Callable[[], Iterable[tuple[Row, float]]],
        departed: Callable[[str], int],
        sealer: Sealer,
        rng: Random,
    ) -> None:
        self.node = node
        self.boot = boot
        self.up = True
        """Whether our messages come back."""
        self.soon: Callable[[], None] = lambda: None
        """Called when `due_s` may have become earlier."""
        self.dropped: Counter[str] = Counter()
        """Messages that were not taken in, by reason."""
        self.heard: Counter[str] = Counter()
        """Messages that were, by kind."""
        self.complaints: list[str] = []
        """Lines for the log; whoever logs them empties it."""
        self._sealer = sealer
        self._rng = rng
        self._roster = Roster(node, departed)
        self._telling = Telling(
            node, boot, grid, sealer, own=lambda: rows_of(self._roster.own), away=away
        )
        self._hearing = Hearing(
            grid, self._roster, self._telling, self._answer, self.complaints.append, self._by
        )
        self._echo_s: float | None = None
        self._delta_s = self._heartbeat_s = self._snapshot_s = 0.0
        self._tell_away = False
        self._due_s: float | None = None

    @property
    def peers(self) -> dict[str, Peer]:
        """The other nodes that are heard of, by name."""
        return self._hearing.peers

    @property
    def own(self) -> Collection[str]:
        """Our own players."""
        return self._roster.own

    @property
    def waiting_bytes(self) -> int:
        """The size of what waits to be published."""
        return self._telling.bytes

    @property
    def knows_everyone(self) -> bool:
        """Whether we know all players of every node that is heard of."""
        return all(peer.synced for peer in self.peers.values())

    def suspects(self, now_s: float) -> list[str]:
        """The nodes that have said nothing for suspiciously long."""
        return [n for n, peer in self.peers.items() if now_s - peer.heard_s >= SUSPECT_S]

    # What happens on this node

    def note(self, change: Change) -> None:
        """A player of ours has come, moved or gone, or comes back from another node."""
        user_id = change.user_id
        if isinstance(change, Joined):
            self._roster.take(user_id, change.generation)
        elif user_id not in self._roster.own:
            return  # it leaves another node, and joins here next
        elif isinstance(change, Left):
            del self._roster.own[user_id]
        if self._telling.note(change):
            self.soon()

    def say(self, room: str, said: Chat | Emote) -> None:
        """A player of ours has said or shown something."""
        self._telling.talk(room, said)
        self.soon()

    def leave(self) -> None:
        """This node is going: the last that it tells."""
        self._telling.bye()

    # The bus

    def connected(self, now_s: float) -> None:
        """There is a connection, and nobody may have heard us for a while."""
        self._telling.begin()
        self._heartbeat_s = now_s + HEARTBEAT_S
        self._snapshot_s = now_s + SNAPSHOT_S
        self._due_s = now_s

    def disconnected(self) -> None:
        """There is none any more."""
        self._telling.end()

    def take(self) -> Sequence[bytes]:
        """What is to be published, in this order; it is forgotten with this."""
        return self._telling.take()

    def receive(self, data: bytes, now_s: float) -> list[Effect]:
        """Take in a message. What is not of our cluster, or not to be read, is dropped."""
        try:
            message = self._sealer.decode(data)
        except Dropped as dropped:
            self.dropped[dropped.reason] += 1
            self.complaints.append(f"a message of the bus was dropped, {dropped}")
            return []
        self.heard[message.kind] += 1
        if message.node != self.node:
            return [*self._hearing.take(message, now_s)]
        if message.boot != self.boot:
            self.complaints.append(
                f"another node calls itself {self.node}, too; give each its own --node"
            )
            return []
        self._echo_s = now_s
        if self.up:
            return []
        self.up = True
        return [Reach(up=True)]

    # Time

    @property
    def due_s(self) -> float:
        """When `advance` is to be called next, at the latest."""
        due_s = self._due_s or 0.0
        return min(due_s, self._delta_s) if self._delta_can_go else due_s

    def advance(self, now_s: float) -> list[Effect]:
        """Do what is due, and return what changes here."""
        self._bear_stall(now_s)
        effects: list[Effect] = []
        if self._telling.open:
            self._tell_what_is_due(now_s)
        for node, peer in list(self.peers.items()):
            if now_s >= peer.heard_s + GONE_S:
                effects += self._hearing.forget(node)
            elif peer.ask_s is not None and now_s >= peer.ask_s:
                self._hearing.ask(node, now_s)
        if self._echo_s is None:
            self._echo_s = now_s
        if self.up and now_s >= self._echo_s + ECHO_S:
            self.up = False
            effects.append(Reach(up=False))
        self._due_s = self._next_s(now_s)
        return effects

    @property
    def _delta_can_go(self) -> bool:
        # While the broker has not taken the last messages, changes merge rather than queue up.
        return self._telling.changed and not self._telling.bytes

    def _tell_what_is_due(self, now_s: float) -> None:
        if self._delta_can_go and now_s >= self._delta_s:
            self._telling.flush()
            self._delta_s = now_s + DELTA_S
        if now_s >= self._snapshot_s:
            self._telling.snapshot(away=self._tell_away)
            self._tell_away = False
            self._snapshot_s = now_s + SNAPSHOT_S * self._rng.uniform(0.9, 1.1)
        if now_s >= self._heartbeat_s:
            self._telling.heartbeat()
            self._heartbeat_s = now_s + HEARTBEAT_S

    def _next_s(self, now_s: float) -> float:
        times = [now_s + HEARTBEAT_S]
        if self._telling.open:
            times += (self._heartbeat_s, self._snapshot_s)
        for peer in self.peers.values():
            times.append(peer.heard_s + GONE_S)
            if peer.ask_s is not None:
                times.append(peer.ask_s)
        if self.up and self._echo_s is not None:
            times.append(self._echo_s + ECHO_S)
        return min(times)

    def _bear_stall(self, now_s: float) -> None:
        late_s = now_s - self._due_s if self._due_s is not None else 0.0
        if late_s > _STALL_S:
            # While we stood still, nobody could be heard.
            for peer in self.peers.values():
                peer.heard_s = min(now_s, peer.heard_s + late_s)
            if self._echo_s is not None:
                self._echo_s = min(now_s, self._echo_s + late_s)

    def _answer(self, now_s: float, away: bool) -> None:
        """Somebody needs to know all of our players: soon, and all who ask until then at once."""
        self._tell_away |= away
        at_s = now_s + self._rng.uniform(0, JITTER_S)
        if at_s < self._snapshot_s:
            self._snapshot_s = at_s
            self._by(at_s)

    def _by(self, at_s: float) -> None:
        if self._due_s is None or at_s < self._due_s:
            self._due_s = at_s
            self.soon()
