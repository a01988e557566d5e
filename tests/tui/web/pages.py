"""`gridcli play --web` as a process, on free ports, and who is on its grid.

Not here: what opens the page (`chromium`, `bare_page`).
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from servers import Server
from tui.terminal import children
from waiting import until_sync

from gridcli.link.link import Link
from gridcli.link.target import Target

PLAY = [sys.executable, "-m", "gridcli", "play", "--web", "--web-port", "0"]
OWN_GAME = ["--server", "new", "--port", "0"]


class Pages:
    """The process, the page's address and that of the game."""

    def __init__(self, process: Server) -> None:
        self.process = process
        self.url = process.url
        until_sync(lambda: len(process.output) >= 2, "what it says")
        self.game = process.output[1].rpartition(" ")[2]

    def games(self) -> list[int]:
        """The processes of the browsers' games: its children but for the server."""
        return [pid for pid in children(self.process.pid) if "serve" not in command_line(pid)]


@contextmanager
def pages(*options: str, env: dict[str, str] | None = None) -> Iterator[Pages]:
    """Serve the page with these options of play; SIGTERM ends it well, if nothing has before."""
    server = Server([*PLAY, *options], env)
    try:
        yield Pages(server)
    finally:
        killed = server.process.poll() == -signal.SIGKILL
        status = server.stop()
    assert killed or status == 0, server.transcript()


def command_line(pid: int) -> list[str]:
    """A process's arguments; none once it has ended."""
    return _read_list(pid, "cmdline")


def environment(pid: int) -> dict[str, str]:
    """A process's environment as it was started with."""
    return dict(entry.split("=", 1) for entry in _read_list(pid, "environ"))


def _read_list(pid: int, what: str) -> list[str]:
    try:
        with open(f"/proc/{pid}/{what}", encoding="utf-8") as file:
            return file.read().split("\0")[:-1]
    except OSError:
        return []


def watcher(url: str) -> Link:
    """Somebody who only watches the game; open and close it."""
    return Link(Target(url, spectate=True))
