"""What a node says: its changes, its heartbeat, and all of its players where somebody asks.

Messages are numbered and sealed as they are made, and wait here until they are taken to be
published. Pure. Not here: when what is said (`replica`), what has changed (`outbox`).
"""

from collections.abc import Callable, Iterable

from gridcli.core.geometry import Grid
from gridcli.core.protocol.updates import Chat, Emote
from gridcli.core.world import Change

from . import wire
from .outbox import Outbox
from .rows import Row, digest_of, in_parts
from .wire import Body, Message, Sealer


class Telling:
    """The messages of one boot of a node.

    Args:
        node: its name.
        boot: random, new with each start.
        grid: of its rooms.
        sealer: seals what it says.
        own: asked for the rows of all of our own players.
        away: asked for all who may come back, with the seconds since they went.
    """

    def __init__(
        self,
        node: str,
        boot: str,
        grid: Grid,
        sealer: Sealer,
        own: Callable[[], Iterable[Row]],
        away: Callable[[], Iterable[tuple[Row, float]]],
    ) -> None:
        self.open = False
        """Whether there is somebody to tell; else nothing is said, and a snapshot will do."""
        self.bytes = 0
        """The size of what waits to be taken."""
        self._node, self._boot = node, boot
        self._grid = list(grid)
        self._sealer = sealer
        self._own = own
        self._away = away
        self._outbox = Outbox()
        self._messages: list[bytes] = []
        self._seq = 0

    @property
    def changed(self) -> bool:
        """Whether there are changes that the others have not been told."""
        return bool(self._outbox)

    def begin(self) -> None:
        """The others can hear us, and may not have for a while."""
        self.end()
        self.open = True
        self._say(wire.HELLO, {"grid": self._grid})
        self.snapshot()

    def end(self) -> None:
        """Nobody can hear us: what has not been taken is forgotten."""
        self.open = False
        self._outbox.clear()
        self.take()

    def note(self, change: Change) -> bool:
        """One of our own players has changed; whether it is the first untold change."""
        if not self.open:
            return False
        first = not self._outbox
        self._outbox.add(change)
        return first

    def flush(self) -> None:
        """Tell what has changed."""
        for body in self._outbox.flush():
            self._say(wire.DELTA, body)

    def heartbeat(self) -> None:
        """Tell what has changed, and what it all amounts to."""
        self.flush()
        own = list(self._own())
        self._say(wire.HEARTBEAT, {"count": len(own), "digest": digest_of(own)})

    def snapshot(self, *, away: bool = False) -> None:
        """Tell of all of our players, and of those who may come back, if asked."""
        self.flush()
        parts = list(in_parts(list(row) for row in self._own()))
        for number, part in enumerate(parts):
            place: Body = {"part": number, "parts": len(parts)}
            self._say(wire.SNAPSHOT, place | {"grid": self._grid, "rows": part})
        if away:
            gone = ([list(row), int(ago_s * 1000)] for row, ago_s in self._away())
            for part in in_parts(gone):
                self._say(wire.AWAY, {"rows": part})

    def request(self, node: str) -> None:
        """Ask another node for all of its players."""
        self._say(wire.REQUEST, {"to": node})

    def claim(self, user_id: str, generation: int) -> None:
        """Tell a node that holds on to a player that it has come back elsewhere since."""
        self._say(wire.CLAIM, {"player": user_id, "generation": generation})

    def talk(self, room: str, said: Chat | Emote) -> None:
        """Tell what one of our own players says or shows, after all that it did before."""
        self.flush()
        who: Body = {"room": room, "userId": said.user_id}
        if isinstance(said, Chat):
            self._say(wire.CHAT, who | {"name": said.name, "text": said.text})
        else:
            self._say(wire.EMOTE, who | {"emote": said.emote})

    def bye(self) -> None:
        """Tell that this node is going."""
        self.flush()
        self._say(wire.BYE, {})

    def take(self) -> list[bytes]:
        """What is to be published, in this order; it is forgotten with this."""
        messages, self._messages, self.bytes = self._messages, [], 0
        return messages

    def _say(self, kind: str, body: Body) -> None:
        if self.open:
            self._seq += 1
            message = Message(self._node, self._boot, self._seq, kind, body)
            sealed = self._sealer.encode(message)
            self._messages.append(sealed)
            self.bytes += len(sealed)
