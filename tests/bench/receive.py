"""What one received event costs: ours with its edge, ours without, and stock, in turn.

    python tests/bench/receive.py [--connections 2000] [--rate 8000] [--seconds 5] [--rounds 3]

A python-socketio application with one handler that does nothing takes small text events at a
steady rate; the figure is the server's processor time above idling, the kernel's part included,
for each event. Not here: what a whole grid costs (`bench.fanout`).
"""

import argparse
import asyncio
import json
import os
import selectors
import socket
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import socketio
import uvloop
from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.measure import cpu_s

from gridcli.core.errors import Refusal
from gridcli.heap import steady_heap
from server.edge.edge import Edge
from server.edge.limits import EdgeLimits
from server.fanout.manager import FanoutManager
from server.socketio_server import Json

SIDES = {
    "edge": "ours, with its edge",
    "ours": "ours, without",
    "stock": "stock manager and transport",
}
NAMESPACE = "/grid-game"
EVENT = b'42/grid-game,["movement",{"direction":"right","seq":123}]'
_HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_BATCHES_S = 100
"""Events are sent in so many batches a second."""


class _Anybody:
    """An application that has nothing against anybody."""

    def acknowledgement(self, eio_sid: str, refusal: Refusal) -> list[object]:
        return []

    def has_joined(self, eio_sid: str) -> bool:
        return True

    def refusal_of(self, what: str, error: Exception) -> Refusal:
        raise error

    def say_why(self, eio_sid: str, refusal: Refusal) -> None:
        raise AssertionError(refusal.text)


def serve(side: str) -> None:
    """The server: prints its port, and serves until standard input ends."""

    async def main() -> None:
        manager = None if side == "stock" else FanoutManager()
        sio = socketio.AsyncServer(
            async_mode="aiohttp", async_handlers=False, client_manager=manager, json=Json
        )
        if side == "edge":
            assert manager is not None
            Edge(sio, manager, EdgeLimits(), _Anybody())

        @sio.on("movement", namespace=NAMESPACE)
        async def movement(sid: str, data: object) -> None:
            pass

        app = web.Application()
        sio.attach(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        steady_heap()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        os._exit(0)  # thousands of connections are open, and nobody waits for their ends

    uvloop.run(main())


def frame(payload: bytes) -> bytes:
    """A client's text frame; masked with zeros, which costs the server the same."""
    return struct.pack("!BB4x", 0x81, 0x80 | len(payload)) + payload


class Clients:
    """Connections that send; what the server sends is read only to answer its pings."""

    def __init__(self, port: int, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        self.sockets = []
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port))
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(_HANDSHAKE + frame(b"40" + NAMESPACE.encode() + b","))
            client.setblocking(False)
            self._selector.register(client, selectors.EVENT_READ)
            self.sockets.append(client)
        welcomed = 0
        while welcomed < count:
            for key, _ in self._selector.select(5.0):
                welcomed += key.fileobj.recv(65536).count(b"40" + NAMESPACE.encode())  # type: ignore[union-attr]

    def close(self) -> None:
        """Let go of all of them."""
        self._selector.close()
        for client in self.sockets:
            client.close()

    def answer_pings(self) -> None:
        """Engine.IO's heartbeats."""
        for key, _ in self._selector.select(0):
            if b"\x81\x012" in key.fileobj.recv(65536):  # type: ignore[union-attr]
                key.fileobj.send(frame(b"3"))  # type: ignore[union-attr]

    def send(self, rate: float, seconds: float) -> int:
        """Events at an even pace from all connections in turn; how many were sent."""
        sent, event = 0, frame(EVENT)
        began_s = time.perf_counter()
        while (elapsed_s := time.perf_counter() - began_s) < seconds:
            while sent < rate * elapsed_s:
                self.sockets[sent % len(self.sockets)].send(event)
                sent += 1
            self.answer_pings()
            time.sleep(1 / _BATCHES_S)
        return sent


class Cost(NamedTuple):
    """One round: processor time in µs for each event, and the share of a core it took."""

    event_us: float
    cores: float


def measure(side: str, given: argparse.Namespace) -> Cost:
    """One side, once: idle for as long as sending, then sending."""
    command = [sys.executable, __file__, "--serve", side]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        clients = Clients(int(server.stdout.readline()), given.connections)
        before_s = cpu_s(server.pid)
        clients.send(0, given.seconds)
        idle_s = cpu_s(server.pid) - before_s
        sent = clients.send(given.rate, given.seconds)
        busy_s = cpu_s(server.pid) - before_s - 2 * idle_s
        server.stdin.close()
        server.wait()  # before its clients go: it has nothing to do with that
        clients.close()
    return Cost(busy_s / sent * 1e6, busy_s / given.seconds)


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--connections", type=int, default=2000, help="clients (2000)")
    options.add_argument("--rate", type=float, default=8000, help="events a second in all (8000)")
    options.add_argument("--seconds", type=float, default=5.0, help="length of each run (5)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each side (3)")
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve(given.serve)
        return
    costs: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(given.rounds):
        # Each goes first in turn: a machine that is shared drifts.
        for side in (*list(SIDES)[number % 3 :], *list(SIDES)[: number % 3]):
            cost = measure(side, given)
            costs[side].append(cost.event_us)
            print(
                f"round {number + 1}, {SIDES[side]}: {cost.event_us:.1f} µs an event, "
                f"{cost.cores:.2f} of a core",
                file=sys.stderr,
            )
    medians = {side: statistics.median(us) for side, us in costs.items()}
    if given.json:
        print(json.dumps({"event_us": medians, "rounds": costs}))
        return
    print(f"{given.connections} connections, {given.rate:.0f} events a second\n")
    print("| side | server processor time for an event |")
    print("|---|---|")
    for side, us in medians.items():
        print(f"| {SIDES[side]} | {us:.1f} µs |")
    print(f"\nstock / ours with its edge: {medians['stock'] / medians['edge']:.1f}")
    print(f"the edge costs {medians['edge'] - medians['ours']:+.1f} µs an event")


if __name__ == "__main__":
    main()
