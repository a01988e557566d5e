"""What a node makes of what the others say: who is there, and what it means for the world here.

Messages of one peer are taken in their order (`inbox`) and change its table (`roster`); where
something is missing or does not add up, the peer is asked for everything. Pure. Not here: bytes
(`wire`), our own messages (`telling`), when the time for what has come (`replica`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Grid
from gridcli.core.protocol import fields
from gridcli.core.protocol.updates import Chat, Emote
from gridcli.core.world import Change, Left

from . import wire
from .inbox import Inbox
from .outbox import Leave, Move, decode_delta
from .roster import Effect as RosterEffect
from .roster import Lost, Roster, Table
from .rows import Row, decode_row, digest_of
from .telling import Telling
from .wire import Body, Message

GAP_S = 0.2
"""How long a missing message is waited for."""
AGAIN_S = 0.5
"""How long an answer to a request is waited for."""
_RETIRED = 1_000
"""How many boots that are over are remembered."""


class Said(NamedTuple):
    """Somebody on another node has said something to a room, or shown something there."""

    room: str
    talk: Chat | Emote


class Away(NamedTuple):
    """A player who was here before us may come back."""

    row: Row
    ago_s: float


Effect = Change | Lost | Said | Away


@dataclass(slots=True)
class Peer:
    """What we know of one boot of another node, apart from its players."""

    boot: str
    table: Table
    heard_s: float
    inbox: Inbox = field(default_factory=Inbox)
    parts: list[Row] = field(default_factory=list)
    """The parts of a snapshot that have come."""
    synced: bool = False
    """Whether we know all of its players: since its start, or by a snapshot."""
    other_grid: bool = False
    """Whether its rooms are of another size, so that it can't share them."""
    ask_s: float | None = None
    """When to ask it for everything, unless what is missing has come by then."""


class Hearing:
    """All other nodes, as they have told of themselves.

    Args:
        grid: of our rooms.
        roster: who plays where.
        telling: how we ask, and remind.
        answer: called when somebody needs a snapshot of ours; with `away=True` if it also needs
            to know who may come back.
        complain: called with a line for the log.
        by: called with a time by which we want to be asked whether a node is to be asked.
    """

    def __init__(
        self,
        grid: Grid,
        roster: Roster,
        telling: Telling,
        answer: Callable[[float, bool], None],
        complain: Callable[[str], None],
        by: Callable[[float], None],
    ) -> None:
        self.peers: dict[str, Peer] = {}
        self._grid = list(grid)
        self._roster = roster
        self._telling = telling
        self._answer = answer
        self._complain = complain
        self._by = by
        self._retired: dict[str, None] = {}
        """Boots that are over: nothing that they said counts any more, however late it comes."""

    def take(self, message: Message, now_s: float) -> list[Effect]:
        """Take in a message of another node."""
        effects: list[Effect] = []
        if message.boot in self._retired:
            return effects
        peer = self.peers.get(message.node)
        if peer is not None and peer.boot != message.boot:
            effects += self._retire(message.node)
            peer = None
        if peer is None:
            peer = Peer(message.boot, self._roster.table(message.node), now_s)
            self.peers[message.node] = peer
            self._answer(now_s, True)
        peer.heard_s = now_s
        try:
            if not peer.inbox.seen(message.seq):
                effects += self._at_once(message, peer, now_s)
            for ready in peer.inbox.put(message):
                effects += self._in_turn(ready, peer, now_s)
        except Refusal as refusal:
            self._complain(f"{message.kind} of node {message.node} is garbled: {refusal.text}")
        if peer.synced and not peer.inbox.gap:
            peer.ask_s = None
        elif peer.ask_s is None:
            peer.ask_s = now_s + GAP_S
            self._by(peer.ask_s)
        return effects

    def ask(self, node: str, now_s: float) -> None:
        """Ask a node for all of its players, and again if no answer comes."""
        self.peers[node].ask_s = now_s + AGAIN_S
        self._telling.request(node)

    def forget(self, node: str) -> Iterator[Effect]:
        """A node is not heard of any more: its players leave. It may be heard of again."""
        del self.peers[node]
        return self._roster.drop(node)

    def _at_once(self, message: Message, peer: Peer, now_s: float) -> Iterator[Effect]:
        """What does not wait for its turn: it is about the sender's needs, not its players."""
        body = message.body
        if message.kind == wire.HELLO:
            self._compare_grid(message, peer)
            self._answer(now_s, False)
        elif message.kind == wire.REQUEST and body.get("to") == self._roster.node:
            self._answer(now_s, False)
        elif message.kind == wire.CLAIM:
            user_id = fields.identity(body.get("player"), "player")
            generation = fields.count(body.get("generation"), "generation", least=1)
            if generation > self._roster.own.get(user_id, generation):
                yield from self._told(self._roster.lose(user_id))

    def _in_turn(self, message: Message, peer: Peer, now_s: float) -> Iterator[Effect]:
        body = message.body
        if peer.other_grid and message.kind != wire.BYE:
            peer.synced = True  # as much as it ever can be
            return
        match message.kind:
            case wire.DELTA:
                yield from self._take_delta(body, peer.table)
            case wire.HEARTBEAT:
                rows = peer.table.rows.values()
                told = (body.get("count"), body.get("digest"))
                if told != (len(rows), digest_of(rows)) and peer.synced:
                    peer.synced = False
                    self.ask(message.node, now_s)
            case wire.SNAPSHOT:
                self._compare_grid(message, peer)
                yield from self._take_part(body, peer)
            case wire.AWAY:
                for value in fields.rows(body.get("rows"), "rows"):
                    row, ago_ms = fields.row(value, 2, "one who is away")
                    yield Away(decode_row(row), fields.count(ago_ms, "agoMs") / 1000)
            case wire.CHAT:
                who = fields.identity(body.get("userId"), "userId")
                name, said = (fields.text(body.get(key), key) for key in ("name", "text"))
                yield Said(fields.identity(body.get("room"), "room"), Chat(who, name, said))
            case wire.EMOTE:
                who = fields.identity(body.get("userId"), "userId")
                shown = Emote(who, fields.label(body.get("emote"), "emote"))
                yield Said(fields.identity(body.get("room"), "room"), shown)
            case wire.HELLO if message.seq == 1:
                peer.synced = True  # at its start it has no players
            case wire.BYE:
                yield from self._retire(message.node)

    def _take_delta(self, body: Body, table: Table) -> Iterator[Effect]:
        for entry in decode_delta(body):
            if isinstance(entry, Move):
                yield from self._told(self._roster.move(table, entry))
            elif isinstance(entry, Leave):
                yield from self._told(self._roster.remove(table, entry.user_id))
            else:
                self._remind(entry)
                yield from self._told(self._roster.put(table, entry))

    def _take_part(self, body: Body, peer: Peer) -> Iterator[Effect]:
        part = fields.count(body.get("part"), "part")
        parts = fields.count(body.get("parts"), "parts", least=1)
        rows = [decode_row(row) for row in fields.rows(body.get("rows"), "rows")]
        if part == 0:
            peer.parts = []
        peer.parts += rows
        if part == parts - 1 and not peer.other_grid:
            rows, peer.parts = peer.parts, []
            peer.synced = True
            for row in rows:
                self._remind(row)
            yield from self._told(self._roster.replace(peer.table, rows))

    def _compare_grid(self, message: Message, peer: Peer) -> None:
        other = message.body.get("grid") != self._grid
        if other and not peer.other_grid:
            size = "x".join(map(str, self._grid))
            self._complain(
                f"node {message.node} has not our grid of {size} and is ignored; "
                "give all nodes the same --grid"
            )
        peer.other_grid = other

    def _remind(self, row: Row) -> None:
        generation = self._roster.out_of_date(row)
        if generation:
            self._telling.claim(row.user_id, generation)

    def _told(self, effects: Iterator[RosterEffect]) -> Iterator[Effect]:
        for effect in effects:
            if isinstance(effect, Lost):
                # The others are to take it off our table.
                self._telling.note(Left("", effect.user_id))
            yield effect

    def _retire(self, node: str) -> Iterator[Effect]:
        self._retired[self.peers[node].boot] = None
        if len(self._retired) > _RETIRED:
            del self._retired[next(iter(self._retired))]
        return self.forget(node)
