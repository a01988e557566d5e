"""Nodes without a broker or a clock: a virtual one of each, and everything that can go wrong.

A `Cluster` runs whole nodes, apart from sockets: worlds, sessions, resume tokens and replicas. What
they publish travels with delays that the seed decides, may be lost, doubled, overtaken or cut
off, and nodes crash, start and stop. Not here: what must hold (`test_simulation`).
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Direction, Grid
from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.requests import Step
from gridcli.core.world import Change, Limits, Moved
from server.cluster.effects import carry_out, rows_of
from server.cluster.hearing import Said
from server.cluster.replica import Effect, Reach, Replica
from server.cluster.roster import Lost
from server.cluster.rows import Row, row_of
from server.cluster.wire import Sealer
from server.cluster.world import SharedWorld
from server.resume import ResumeBook
from server.sessions import Sessions

GRID = Grid(8, 8)
SECRET = b"the cluster's secret"
ROOMS = ("lobby", "den", "attic")


@dataclass
class Faults:
    """What the bus does to a message, as probabilities, and how slow it is at most."""

    lost: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    delay_s: float = 0.02


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


class Cluster:
    """Some nodes, their clients, and the time."""

    def __init__(self, seed: int, nodes: int, clients: int = 0) -> None:
        self.rng = Random(seed)
        self.now_s = 1000.0
        self.faults = Faults()
        self.numbers = itertools.count(1)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.published_bytes = 0
        self.nodes = {name: Node(self, name) for name in (f"n{k}" for k in range(1, nodes + 1))}
        self.clients = [Client(number) for number in range(clients)]

    @property
    def alive(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.alive]

    def at(self, at_s: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at_s, next(self._order), do))

    def after(self, wait_s: float, do: Callable[[], None]) -> None:
        self.at(self.now_s + wait_s, do)

    def run(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass, no longer than until a condition holds; whether it came to hold."""
        end_s = self.now_s + seconds
        while self._agenda and self._agenda[0][0] <= end_s:
            self.now_s, _, do = heapq.heappop(self._agenda)
            do()
            if until():
                return True
        self.now_s = end_s
        return until()

    def publish(self, sender: Node, data: bytes) -> None:
        """The broker gives a message to everyone, or does not."""
        self.published_bytes += len(data)
        if sender.cut:
            return
        rng, faults = self.rng, self.faults
        for node in self.alive:
            if rng.random() < faults.lost:
                continue
            for _ in range(2 if rng.random() < faults.doubled else 1):
                delay_s = rng.uniform(0, 0.3) if rng.random() < faults.reordered else 0.001
                if faults.delay_s > 0.001 and faults.reordered:
                    delay_s += rng.uniform(0, faults.delay_s)
                self.after(delay_s, lambda node=node: node.receive(data))

    # What happens to nodes

    def crash(self, name: str) -> None:
        """A node is killed: its clients find out, and come back within a second."""
        node = self.nodes[name]
        node.alive = False
        self._throw_off(node)

    def stop(self, name: str) -> None:
        """A node stops as it should."""
        node = self.nodes[name]
        for client in list(node.clients.values()):
            node.lose(client)
            self.after(self.rng.uniform(0, 1.0), lambda c=client: self.connect(c))
        node.replica.leave()
        node.publish()
        node.alive = False

    def start(self, name: str) -> None:
        """A node starts, or starts again."""
        if not self.nodes[name].alive:
            self.nodes[name] = Node(self, name)

    def _throw_off(self, node: Node) -> None:
        for client in node.clients.values():
            client.node = None
            self.after(self.rng.uniform(0, 1.0), lambda c=client: self.connect(c))

    # What clients do

    def connect(self, client: Client) -> None:
        """To any node that is there."""
        if client.node is None and self.alive:
            self.rng.choice(self.alive).admit(client)

    def act(self) -> None:
        """One client does something."""
        rng = self.rng
        client = rng.choice(self.clients)
        node = client.node
        if node is None:
            self.connect(client)
            return
        what = rng.random()
        if what < 0.8:
            client.seq += 1
            step = Step(rng.choice(list(Direction)), client.seq)
            node.world.apply(node.world.decide_step(client.user_id, step))
        elif what < 0.88:
            for change in node.world.decide_go(client.user_id, rng.choice(ROOMS), rng):
                node.world.apply(change)
        elif what < 0.96:
            # Away without a word: it comes back elsewhere, and the old node finds out later.
            client.node = None
            self.connect(client)
            if client.node is not node or client.sid not in node.clients:
                sids = [sid for sid, c in node.clients.items() if c is client]
                for sid in sids:
                    if sid != client.sid:
                        self.after(rng.uniform(0, 3.0), lambda s=sid: self._half_open(node, s))
        else:
            node.lose(client)

    def _half_open(self, node: Node, sid: str) -> None:
        if node.alive and sid in node.clients:
            node.clients.pop(sid)
            node.sessions.end(sid)

    # What is compared

    def view(self, node: Node) -> list[Row]:
        """All players that a node's world shows."""
        return sorted(
            row_of(player, room.name)
            for room in node.world.rooms.values()
            for player in room.players.values()
        )

    @property
    def equal(self) -> bool:
        """Whether all nodes show the same world."""
        views = [self.view(node) for node in self.alive]
        return all(view == views[0] for view in views)


def moves_of(node: Node, user_id: str) -> list[Moved]:
    """Every position of a player that a node was told of."""
    return [c for c in node.seen if isinstance(c, Moved) and c.user_id == user_id]
