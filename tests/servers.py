"""Real servers for tests: ours and the Flask peer, each a process of its own on loopback.

Both print their address on their first line of output; what follows is kept, so that a failure
can show it. The fixtures around these are in `conftest`. Not here: `gridcli.link.local`, which
is the product's own way to start a server and has tests of its own.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""

START_S = 20.0
STOP_S = 10.0

_URL = re.compile(r"http://[^\s\"'<>,]+")

HURRIED = ("--event-rate", "0")
"""For players who do in a moment what people do in a minute."""

PATIENT = {
    "GRIDCLI_BOTS_LIMIT_LAG": "30s",
    "GRIDCLI_BOTS_LIMIT_DEBT": "30s",
    "GRIDCLI_BOTS_LIMIT_CPU": "9",
}
"""For bots whose accounts must be right however busy the machine is with other tests."""


class Server:
    """A running server: its address, its process, and every line that it has printed.

    Args:
        command: what starts it.
        env: more for its environment.
        apart: out of reach of the terminal's Ctrl-C.
    """

    def __init__(
        self, command: list[str], env: dict[str, str] | None = None, *, apart: bool = False
    ) -> None:
        self.command = command
        more = env or {}
        self.output: list[str] = []
        self._first_line: SimpleQueue[str] = SimpleQueue()
        # Settings of the person who runs the tests are not the tests' settings.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=inherited | more | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=apart,
        )
        self._readers = [
            threading.Thread(target=self._drain, args=(self.process.stdout, True), daemon=True),
            threading.Thread(target=self._drain, args=(self.process.stderr, False), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self.url = self._await_url()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def transcript(self) -> str:
        """The command and everything it printed, for a failure's message."""
        return "\n".join(["$ " + " ".join(self.command), *self.output])

    def stop(self) -> int:
        """End the process, by force where asking does not help; returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        status = self.process.wait()
        for reader in self._readers:
            reader.join(STOP_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status

    def _drain(self, stream: IO[str], tells_url: bool) -> None:
        first = tells_url
        for line in stream:
            self.output.append(line.rstrip("\n"))
            if first:
                self._first_line.put(line)
                first = False
        if first:
            self._first_line.put("")

    def _await_url(self) -> str:
        try:
            line = self._first_line.get(timeout=START_S)
        except Empty:
            raise AssertionError(
                f"no address from the server within {START_S:.0f} s\n{self.transcript()}"
            ) from None
        found = _URL.search(line)
        if not found:
            self._readers[1].join(1.0)  # why it ended is on the other stream
            raise AssertionError(f"no address in the server's first line\n{self.transcript()}")
        return found.group().rstrip("/.")


@contextmanager
def _running(command: list[str], *, apart: bool = False) -> Iterator[Server]:
    server = Server(command, apart=apart)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_server(*args: str, apart: bool = False) -> Iterator[Server]:
    """Our server with these options of `gridcli serve`, on a free port; see `Server`."""
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", *args]
    with _running(command, apart=apart) as server:
        yield server


@contextmanager
def flask_demo(*args: str) -> Iterator[Server]:
    """The Flask peer, which speaks protocol 1 only, with these options of its script."""
    script = ROOT / "tests" / "peers" / "flask_demo.py"
    with _running([sys.executable, str(script), "--port", "0", *args]) as server:
        yield server
