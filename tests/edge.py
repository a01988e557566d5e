"""What stands between clients and nodes: a private nginx from the configuration we ship, workers
behind one port, and a crowd of clients on every transport that plays through it.

Not here: single servers (`servers`), what must come of it (`tests/server`).
"""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from needs import missing
from servers import ROOT, Server, running_server
from waiting import until, until_sync

from gridcli.core.geometry import Direction
from gridcli.link.link import Link
from gridcli.link.states import Live
from gridcli.link.target import Target, Transport

DEPLOY = ROOT / "server" / "deploy"
STEPS = (Direction.LEFT, Direction.UP, Direction.RIGHT, Direction.DOWN)
POLLING = "/socket.io/?EIO=4&transport=polling"
EACH = (Transport.POLLING, Transport.UPGRADE, Transport.WEBSOCKET)

_SHIPPED_PORT = 8080
_SHIPPED_NODES = {"n1": 8801, "n2": 8802, "n3": 8803}
_STOP_S = 10.0


def ask(
    url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """The status and the body of an answer."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def need_nginx() -> str:
    """The path of nginx, also where a plain user's PATH has no place for it."""
    path = shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    return path or missing("the program 'nginx'")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listened on a moment ago."""
    with ExitStack() as sockets:
        taken = [
            sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [one.getsockname()[1] for one in taken]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def shipped_nginx(port: int, nodes: Mapping[str, int]) -> str:
    """The configuration that we ship with other ports, and nothing else changed.

    Args:
        port: where nginx listens.
        nodes: the port of each node that the shipped one names.
    """
    text = (DEPLOY / "nginx.conf").read_text()
    places = {_SHIPPED_PORT: port} | {_SHIPPED_NODES[node]: nodes[node] for node in _SHIPPED_NODES}
    for shipped, ours in places.items():
        text, changed = re.subn(rf"(127\.0\.0\.1):{shipped}\b", rf"\1:<{ours}>", text)
        assert changed, f"port {shipped} is not in the shipped nginx.conf"
    return re.sub(r"<(\d+)>", r"\1", text)  # a port of ours may be one of the shipped


class Nginx:
    """A running nginx of our own."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[str]") -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self._log = folder / "error.log"

    def log(self) -> str:
        """Its error log until now."""
        return self._log.read_text() if self._log.exists() else ""


@contextmanager
def running_nginx(folder: Path, nodes: Mapping[str, int]) -> Iterator[Nginx]:
    """The shipped configuration in front of these nodes, in a folder of its own."""
    program = need_nginx()
    (port,) = free_ports(1)
    config = folder / "nginx.conf"
    config.write_text(shipped_nginx(port, nodes))
    command = [program, "-p", str(folder), "-c", str(config), "-g", "daemon off;"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    nginx = Nginx(folder, port, process)
    try:

        def listens() -> bool:
            if process.poll() is not None:
                assert process.stderr is not None
                raise AssertionError(process.stderr.read() + nginx.log())
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until_sync(listens, f"nginx on port {port}\n{nginx.log()}")
        yield nginx
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()


@contextmanager
def running_nodes(
    names: Sequence[str] = tuple(_SHIPPED_NODES), *args: str
) -> Iterator[dict[str, Server]]:
    """Single nodes of these names, each with a grid of its own."""
    with ExitStack() as servers:
        yield {name: servers.enter_context(running_server("--node", name, *args)) for name in names}


@contextmanager
def running_workers(count: int, **settings: Any) -> Iterator[Server]:
    """Workers behind one port; `settings` are those of `server.settings`."""
    program = (
        "import sys, json\n"
        "from server.logs import set_up_logging\n"
        "from server.settings import Settings\n"
        "from server.workers import run_workers\n"
        "set_up_logging('info', 'text')\n"
        "run_workers(Settings(port=0, **json.loads(sys.argv[2])), int(sys.argv[1]))\n"
    )
    server = Server([sys.executable, "-c", program, str(count), json.dumps(settings)])
    try:
        yield server
    finally:
        server.stop()


def children_of(pid: int) -> dict[str, int]:
    """The workers of a supervisor that live now: process ids by name."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # ended just now
        if "server.worker" in words:
            found[words[words.index("server.worker") + 1]] = int(child)
    return found


def new_session(url: str) -> str:
    """Open a polling session on a connection of its own; its id."""
    with urllib.request.urlopen(f"{url}/socket.io/?EIO=4&transport=polling", timeout=10) as answer:
        sid = json.loads(answer.read()[1:])["sid"]
    assert isinstance(sid, str)
    return sid


def nodes_of_new_sessions(url: str, count: int) -> Counter[str]:
    """Which nodes so many new sessions land on."""
    return Counter(new_session(url).partition(".")[0] for _ in range(count))


class Crowd:
    """Clients of ours that all play; use it with `async with`. None of them reconnects.

    Args:
        url: where they connect.
        each: how many there are on each transport.
    """

    def __init__(self, url: str, each: int) -> None:
        self.links = [
            Link(Target(url, transport=transport), reconnect=False)
            for _ in range(each)
            for transport in EACH
        ]

    async def __aenter__(self) -> "Crowd":
        try:
            await asyncio.gather(*(link.open() for link in self.links))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.gather(*(link.close() for link in self.links))

    @property
    def live(self) -> list[Link]:
        """Those who are connected."""
        return [link for link in self.links if isinstance(link.state, Live)]

    async def play(self, moves: int) -> None:
        """Everyone who is connected makes so many moves, and sees each of its own."""
        playing = self.live
        for number in range(moves):
            sent = [(link, link.step(STEPS[number % len(STEPS)])) for link in playing]
            await until(
                lambda: all(
                    link.mirror.seqs.get(link.mirror.user_id, 0) >= seq
                    for link, seq in sent  # noqa: B023
                ),
                f"move {number} of everyone; not connected: {self.lost()}",
            )

    def lost(self) -> list[object]:
        """How those are who are not connected any more."""
        return [link.state for link in self.links if not isinstance(link.state, Live)]
