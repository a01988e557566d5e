"""One node without a broker or a clock, and someone who plays on it.

A `Node` is whole, apart from sockets: world, sessions, resume tokens and replica. Not here: the
bus and the time that nodes share (`simulated_cluster`).
"""

from typing import TYPE_CHECKING

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Grid
from gridcli.core.protocol.auth import Auth
from gridcli.core.world import Change, Limits, Moved
from server.cluster.effects import carry_out, rows_of
from server.cluster.hearing import Said
from server.cluster.replica import Effect, Reach, Replica
from server.cluster.roster import Lost
from server.cluster.rows import row_of
from server.cluster.wire import Sealer
from server.cluster.world import SharedWorld
from server.resume import ResumeBook
from server.sessions import Sessions

if TYPE_CHECKING:
    from simulated_cluster import Cluster

GRID = Grid(8, 8)
SECRET = b"the cluster's secret"


class Client:
    """Someone who plays, and comes back as the same wherever a node lets them in."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.node: Node | None = None
        self.sid = ""
        self.user_id = ""
        self.token = ""
        self.seq = 0
        self.lives = 0
        """How often it had to join anew."""


class Node:
    """One boot of a node."""

    def __init__(self, cluster: "Cluster", name: str) -> None:
        self.cluster, self.name = cluster, name
        self.alive, self.cut = True, False
        self.world = SharedWorld(GRID, Limits())
        self.book = ResumeBook(60.0, lambda: cluster.now_s, SECRET)
        self.sessions = Sessions(self.world, self.book, cluster.rng)
        self.clients: dict[str, Client] = {}
        self.seen: list[Change] = []
        self.said: list[Said] = []
        self.replica = Replica(
            name,
            f"boot{cluster.rng.getrandbits(32):x}",
            GRID,
            rows_of=lambda own: rows_of(self.world, list(own)),
            away=lambda: ((row_of(d.player, d.room), ago_s) for d, ago_s in self.book.everyone()),
            departed=self._departed,
            sealer=Sealer(SECRET),
            rng=cluster.rng,
        )
        self.world.note = self.replica.note
        self.replica.soon = lambda: cluster.at(cluster.now_s, self.advance)
        self.connected = False
        self._timer = 0
        self.reconnect()

    def reconnect(self) -> None:
        """The driver's part: connect to the bus, or try again soon."""
        if not self.alive or self.connected:
            return
        if self.cut:
            self.cluster.after(0.5, self.reconnect)
            return
        self.connected = True
        self.replica.connected(self.cluster.now_s)
        self.wake()

    def wake(self) -> None:
        """Advance when it is due, and publish."""
        self._timer += 1
        timer = self._timer
        due_s = max(self.replica.due_s, self.cluster.now_s)
        self.cluster.at(due_s, lambda: self.advance() if timer == self._timer else None)

    def advance(self) -> None:
        if self.alive:
            self.take_in(self.replica.advance(self.cluster.now_s))
            self.publish()
            self.wake()

    def publish(self) -> None:
        for data in self.replica.take():
            self.cluster.publish(self, data)

    def receive(self, data: bytes) -> None:
        if self.alive and not self.cut and self.connected:
            self.take_in(self.replica.receive(data, self.cluster.now_s))

    def take_in(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Reach):
                if not effect.up and self.connected:
                    self.connected = False
                    self.replica.disconnected()
                    self.cluster.after(0.1, self.reconnect)
            elif isinstance(effect, Said):
                self.said.append(effect)
            else:
                if isinstance(effect, Lost):
                    self.drop(effect.user_id)
                self.seen += carry_out(effect, self.world, self.book)

    def drop(self, user_id: str) -> None:
        session = self.sessions.put_out(user_id)
        assert session is not None, "lost, and never ours"
        client = self.clients.pop(session.sid)
        self.sessions.end(session.sid)
        if client.node is self and client.sid == session.sid:
            client.node = None

    def admit(self, client: Client) -> None:
        """A client connects here, with its token if it has one."""
        client.sid = f"{self.name}-{next(self.cluster.numbers)}"
        try:
            session, old = self.sessions.admit(client.sid, Auth(protocol=2, resume=client.token))
        except Refusal:
            client.token, client.lives = "", client.lives + 1
            session, old = self.sessions.admit(client.sid, Auth(protocol=2))
        if old is not None:
            self.clients.pop(old.sid, None)
            self.sessions.end(old.sid)
        self.clients[client.sid] = client
        client.node, client.user_id, client.seq = self, session.user_id, 0
        player = self.world.room_of(session.user_id).players[session.user_id]
        client.token = self.book.token(player)

    def lose(self, client: Client) -> None:
        """A connection has ended."""
        self.clients.pop(client.sid, None)
        self.sessions.end(client.sid)
        client.node = None

    def _departed(self, user_id: str) -> int:
        departed = self.book.departed(user_id)
        return departed.player.generation if departed else 0


def moves_of(node: Node, user_id: str) -> list[Moved]:
    """Every position of a player that a node was told of."""
    return [c for c in node.seen if isinstance(c, Moved) and c.user_id == user_id]
