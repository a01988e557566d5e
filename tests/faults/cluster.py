"""Several nodes, a broker, a gate between it and each node, and nginx before them all.

All are real processes on loopback. Not here: who plays there (`crowd`), the gates (`proxy`).
"""

import asyncio
import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from brokers import Broker
from edge import Nginx, free_ports, running_nginx
from faults.nodes import Health, Node, get
from faults.proxy import Proxy, proxying

NAMES = ("n1", "n2", "n3")
_POLL_S = 0.02


class Cluster(NamedTuple):
    """What runs; `proxy` has a gate for each node, of its name."""

    nodes: dict[str, Node]
    broker: Broker
    proxy: Proxy
    edge: Nginx | None
    secret: bytes

    @property
    def url(self) -> str:
        """Where players come in."""
        assert self.edge is not None
        return self.edge.url

    async def health(self, name: str) -> Health:
        """What one node says of itself."""
        return await self.nodes[name].health()

    async def digests_equal(self, within_s: float, since_s: float | None = None) -> float:
        """Wait until all nodes that run say that they have one world and know of each other.

        Args:
            within_s: fail after so long.
            since_s: when the time begins (of `time.monotonic`); None is now.

        Returns:
            The seconds that it took.
        """
        if since_s is None:
            since_s = time.monotonic()
        running = {name for name, node in self.nodes.items() if node.running}
        while True:
            told = dict(zip(running, await self._ask(running), strict=True))
            now_s = time.monotonic()
            if len({one.digest for one in told.values()}) == 1 and all(
                one.peers == running - {name} and one.bus == "up" for name, one in told.items()
            ):
                return now_s - since_s
            assert now_s - since_s < within_s, f"not one world after {within_s:.0f} s: {told}"
            await asyncio.sleep(_POLL_S)

    async def restored(self) -> None:
        """Bring back whatever a test left broken, and wait until nobody plays."""
        self.proxy.heal()
        if self.broker.process.poll() is not None:
            await asyncio.to_thread(self.broker.start)
        down = [node for node in self.nodes.values() if not node.running]
        await asyncio.gather(*(asyncio.to_thread(node.start) for node in down))
        await self.digests_equal(30.0)
        deadline_s = time.monotonic() + 30.0
        while players := {one.players for one in await self._ask(set(self.nodes))} - {0}:
            assert time.monotonic() < deadline_s, f"{players} players have not gone"
            await asyncio.sleep(_POLL_S)
        await self._all_reached()

    def throw_off(self) -> None:
        """Cut every connection through nginx at once: its workers are killed, and new ones come."""
        assert self.edge is not None
        master = self.edge.process.pid
        for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)

    def transcript(self) -> str:
        """What all nodes have printed, for a failure's message."""
        return "\n\n".join(node.server.transcript() for node in self.nodes.values())

    async def _all_reached(self) -> None:
        """Wait until nginx sends newcomers to every node; one that was down is left out a while."""
        if self.edge is None:
            return
        port = urlsplit(self.edge.url).port
        assert port is not None
        deadline_s = time.monotonic() + 30.0
        in_turn: list[str] = []
        while len(set(in_turn[-len(self.nodes) :])) < len(self.nodes):
            assert time.monotonic() < deadline_s, f"nginx reaches these only: {set(in_turn)}"
            status, body = await get(port, "/healthz")
            in_turn.append(json.loads(body)["node"] if status == 200 else "")
            await asyncio.sleep(_POLL_S)

    async def _ask(self, names: set[str]) -> list[Health]:
        return await asyncio.gather(*(self.health(name) for name in names))


@contextmanager
def running_cluster(
    broker: Broker, folder: Path, names: tuple[str, ...] = NAMES, *args: str, edge: bool = True
) -> Iterator[Cluster]:
    """Nodes that meet at this broker.

    Args:
        broker: it runs, and is not ended here.
        folder: for what they need to write.
        names: of the nodes; nginx takes those of `NAMES` only.
        args: further options of every node.
        edge: whether nginx stands before them.
    """
    parts = urlsplit(broker.url)
    assert parts.hostname is not None
    assert parts.port is not None
    account, at, _ = parts.netloc.rpartition("@")
    secret = secrets.token_hex(16)
    secret_file = folder / "secret"
    secret_file.touch(mode=0o600)
    secret_file.write_text(secret)
    with ExitStack() as stack:
        proxy = stack.enter_context(proxying(parts.hostname, parts.port, names))
        nodes = {}
        for name, port in zip(names, free_ports(len(names)), strict=True):
            through = parts._replace(netloc=f"{account}{at}127.0.0.1:{proxy.port(name)}")
            options = ["--node", name, "--message-queue", through.geturl()]
            options += ["--cluster-secret", str(secret_file), *args]
            nodes[name] = Node(name, port, options)
        pool = stack.enter_context(ThreadPoolExecutor())
        stack.callback(lambda: list(pool.map(Node.stop, nodes.values())))
        list(pool.map(Node.start, nodes.values()))
        front = None
        if edge:
            ports = {name: node.port for name, node in nodes.items()}
            front = stack.enter_context(running_nginx(folder, ports))
        yield Cluster(nodes, broker, proxy, front, secret.encode())
