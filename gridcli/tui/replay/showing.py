"""A recorded player's game: entries in, and the model of the screen as it was for that player.

Steps and questions that were sent are taken down like those of a living player, so that the
latency on the screen is the recorded one. Not here: which entries, and when
(`gridcli.core.playback`), the model (`gridcli.tui.game`).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args

from gridcli.core.errors import BadInput
from gridcli.core.marks import Mark
from gridcli.core.protocol.answers import decode_answer
from gridcli.core.protocol.names import CONNECT, DISCONNECT
from gridcli.core.protocol.requests import Hello, Request, Step
from gridcli.core.protocol.updates import Echo, Update
from gridcli.core.recording import ACK, LIVE, OFFLINE, Entry, Flow
from gridcli.core.witness import Witness
from gridcli.link.states import State

from ..game import Game, Memory
from .link import ReplayLink

_STATES: Mapping[str, type[State]] = {kind.__name__.lower(): kind for kind in get_args(State)}
"""By the names under which `gridcli.link.recorder` writes them."""

_MEMORY = 1000
"""What the game remembers beside the room's players: a journal, and a minute of steps."""


@dataclass(slots=True)
class Connection:
    """What goes on between the player and the server, beside what the game shows.

    Attributes:
        steps: how many were sent without a number, in protocol 1.
        asked_s: when questions were sent that have not been echoed yet, in seconds.
        waiting: the numbers of requests that are not acknowledged yet.
        left: whether the player has taken its leave.
    """

    steps: int = 0
    asked_s: deque[float] = field(default_factory=deque)
    waiting: frozenset[int] = frozenset()
    left: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything that a `Showing` knows; its length as `gridcli.core.playback` asks for it."""

    witness: Witness
    state: State
    transport: str
    connection: Connection
    memory: Memory

    def __len__(self) -> int:
        return 2 * len(self.witness) + _MEMORY


class Showing:
    """Has a game go as a recorded one went.

    Args:
        game: the model; its clock has to be the link's `now_s`.
        link: the game's link.
    """

    def __init__(self, game: Game, link: ReplayLink) -> None:
        self._game = game
        self._link = link
        self._witness = Witness()
        link.mirror = self._witness.mirror
        self._connection = Connection()

    def take(self, entry: Entry) -> Mark | None:
        """Take in the player's next entry."""
        self._link.now_s = entry.time_s
        said = self._witness.take(entry)
        match entry.flow:
            case Flow.STATE:
                self._enter(entry)
            case Flow.OUT:
                self._sent(entry, said)  # type: ignore[arg-type]  # told by the flow
            case Flow.IN:
                self._received(entry, said)  # type: ignore[arg-type]
        return self._witness.mark

    def save(self) -> Saved:
        """All that it knows now."""
        link, connection, witness = self._link, self._connection, self._witness.copy()
        return Saved(
            witness,
            link.state,
            link.transport,
            replace(connection, asked_s=connection.asked_s.copy()),
            self._game.remember(witness.mirror),
        )

    def restore(self, saved: Saved) -> None:
        """Know what was saved, and nothing else."""
        link, connection = self._link, saved.connection
        self._witness = saved.witness.copy()
        link.mirror, link.state = self._witness.mirror, saved.state
        link.transport = saved.transport
        self._connection = replace(connection, asked_s=connection.asked_s.copy())
        self._game.recall(saved.memory, saved.witness.mirror)

    def _enter(self, entry: Entry) -> None:
        payload = entry.payload if isinstance(entry.payload, dict) else {}
        state = _state_of(entry.event, payload)
        if state is None or (entry.event == OFFLINE and self._connection.left):
            return  # who leaves has seen the game to its last moment, and nothing after it
        if entry.event == LIVE:
            self._link.transport = str(payload.get("transport", ""))
        self._link.state = state
        self._game.state_changed(state)

    def _sent(self, entry: Entry, request: Request | None) -> None:
        connection = self._connection
        if entry.event == CONNECT:
            self._connection = Connection()
            return
        if entry.event == DISCONNECT:
            connection.left = True
        if entry.ack_id is not None:
            connection.waiting |= {entry.ack_id}
        match request:
            case Step(_, seq):
                connection.steps += 1
                number = connection.steps if seq is None else seq
                self._game.pulse.stepped(number, entry.time_s)
            case Hello():
                connection.asked_s.append(entry.time_s)

    def _received(self, entry: Entry, update: Update | None) -> None:
        connection = self._connection
        if entry.event == ACK and entry.ack_id in connection.waiting:
            connection.waiting -= {entry.ack_id}
            self._answered(entry.payload)
        if update is None:
            return
        self._game.updated(update, entry.time_s)
        if isinstance(update, Echo) and connection.asked_s:
            self._game.pinged(entry.time_s - connection.asked_s.popleft())

    def _answered(self, payload: object) -> None:
        """A refusal became a line of the log."""
        try:
            answer = decode_answer([payload])
        except BadInput:
            return
        if not answer.ok:
            self._game.tell(answer.text, warning=True)


def _state_of(name: str, payload: Mapping[str, object]) -> State | None:
    """A state by its name and payload; None for what is none, or is not whole."""
    kind = _STATES.get(name)
    if kind is None:
        return None
    try:
        return kind(**{f.name: _typed(payload[f.name], f.type) for f in fields(kind)})
    except (KeyError, TypeError, ValueError):
        return None


def _typed(value: object, kind: object) -> Any:
    assert isinstance(kind, type)
    return kind(value)
