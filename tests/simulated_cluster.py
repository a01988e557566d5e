"""Nodes without a broker or a clock: a virtual one of each, and everything that can go wrong.

What the nodes of a `Cluster` publish travels with delays that the seed decides, may be lost,
doubled, overtaken or cut off, and nodes crash, start and stop. Not here: one node
(`simulated_node`), what must hold (`test_simulation`, `test_replication`).
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulated_node import Client, Node

from gridcli.core.geometry import Direction
from gridcli.core.protocol.requests import Step
from server.cluster.rows import Row, row_of

ROOMS = ("lobby", "den", "attic")


@dataclass
class Faults:
    """What the bus does to a message, as probabilities, and how slow it is at most."""

    lost: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    delay_s: float = 0.02


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
