"""A command in a pseudo-terminal, and what a person would see on it.

Not here: what the screens should look like (`test_snapshots`), the command (`test_pty`).
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

from .cells import CellScreen

ROOT = Path(__file__).resolve().parent.parent.parent
DEADLINE_S = 40.0

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A process whose controlling terminal is ours to read, type on, and close."""

    def __init__(
        self, command: list[str], *, columns: int = 80, lines: int = 24, **env: str
    ) -> None:
        self.screen = CellScreen(columns, lines)
        self.written = bytearray()
        """Every byte that came to the terminal."""
        self._stream = pyte.ByteStream(self.screen)
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("GRIDCLI_", "NO_COLOR", "COLUMNS", "LINES"))
        }
        environment = inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | env
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.modes_before = self._modes = termios.tcgetattr(slave)
        # The new session's leader takes the terminal as its own. Forking here ourselves would do
        # the same, but not safely beside threads.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *command],
            cwd=ROOT,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.pid = self._process.pid
        self.closed = False

    def wait_until(self, seen: Callable[[], bool], what: str) -> None:
        """Read what is drawn until a condition holds."""
        end_s = time.monotonic() + DEADLINE_S
        while not seen():
            if time.monotonic() > end_s:
                raise AssertionError(f"waited in vain for {what}\n{self.text()}")
            self.read()

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def modes(self) -> list[object]:
        """How the terminal takes what is typed: line by line, with echo, and so on."""
        if not self.closed:
            self._modes = termios.tcgetattr(self._master)
        return [*self._modes]

    def own_glyph(self) -> tuple[str, int, int] | None:
        """The bold and reversed character on the grid, with its column and line."""
        for y in range(self.screen.lines - 4):
            for x, cell in sorted(self.screen.buffer[y].items()):
                if cell.reverse and cell.bold and cell.data.isupper():
                    return cell.data, x, y
        return None

    def hang_up(self) -> None:
        """Close the terminal, as its window's close button does."""
        if not self.closed:
            self.closed = True
            os.close(self._master)

    @property
    def status(self) -> int | None:
        """The process's exit status once it has ended; the negative of a signal that killed it."""
        return self._process.poll()

    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.status is not None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the process a signal."""
        os.kill(self.pid, number)

    def end(self) -> None:
        """Leave nothing behind."""
        if not self.ended():
            self.kill()
        self._process.wait()
        self.hang_up()

    def read(self, wait_s: float = 0.05) -> None:
        """Take in what was written, if there is something within so long."""
        if self.closed:
            time.sleep(wait_s)
            return
        readable, _, _ = select.select([self._master], [], [], wait_s)
        if readable:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the other side is gone
                self.modes()
                self.hang_up()
            else:
                self.written += data
                self._stream.feed(data)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended while we looked
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def runs(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
