"""A screen in a pseudo-terminal of which every frame is timed, read as fast as it comes or slowly.

Answers what a terminal is asked (synchronised output, the cursor's place), as most do. Reads the
bytes themselves, because an emulator in Python would take more of the machine than the screen
does. Not here: what is measured (`bench.screen`), a picture of a screen (`tui.terminal`).
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 30.0

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"
_SYNC, _SYNC_SUPPORTED = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Always answered: what frames begin and end with is how they are told apart here."""
_CURSOR, _CURSOR_IS = b"\x1b[6n", b"\x1b[1;1R"
_OWN = re.compile(rb"\x1b\[1;7;38;2;255;215;95[0-9;]*m(?P<text>[^\x1b]+)")
"""Bold, reversed, in the colour that nobody else has: how one's own symbol is drawn."""
_PLACE = re.compile(rb"\x1b\[(\d+);(\d+)H")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SLICE_S = 0.01


class Frame(NamedTuple):
    """One update of the screen: when all of it had been read, and how many bytes it took."""

    at_s: float
    size: int


class Own(NamedTuple):
    """Where one's own symbol was drawn, and when that had been read."""

    at_s: float
    column: int
    line: int


class WatchedTerminal:
    """A command on a terminal of its own.

    Args:
        command: what runs there.
        columns: the terminal's width.
        lines: its height.
        bytes_a_second: how fast it is read; None: as fast as it comes.
        answers: whether the terminal says where its cursor is when it is asked.
        env: more for the command's environment.
    """

    def __init__(
        self,
        command: list[str],
        *,
        columns: int = 120,
        lines: int = 40,
        bytes_a_second: int | None = None,
        answers: bool = True,
        env: dict[str, str] | None = None,
    ) -> None:
        self.frames: list[Frame] = []
        self.own: list[Own] = []
        """Each place where the own symbol was drawn, without repetitions."""
        self.bytes = 0
        self.bytes_a_second = bytes_a_second
        self._answers = answers
        self._seen = threading.Condition()
        self._pending = bytearray()
        self._ended = False
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("GRIDCLI_", "NO_COLOR"))
        }
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.started_s = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-ISc", _TAKE_TERMINAL, *command],
            cwd=ROOT,
            env=inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | (env or {}),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def press(self, keys: bytes) -> float:
        """Press keys; returns when."""
        at_s = time.perf_counter()
        os.write(self._master, keys)
        return at_s

    def wait_until(self, seen: Callable[[], bool], timeout_s: float = DEADLINE_S) -> bool:
        """Wait for a condition of what has been read; False if it did not come about in time."""
        with self._seen:
            return self._seen.wait_for(lambda: seen() or self._ended, timeout_s) and seen()

    def end(self) -> None:
        """End the process, and the terminal."""
        if self.process.poll() is None:
            self.process.terminate()
            self.bytes_a_second = None
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    def _read(self) -> None:
        allowed, before_s = 0.0, time.perf_counter()
        while True:
            most = 65536
            rate = self.bytes_a_second
            if rate is not None:
                time.sleep(_SLICE_S)
                now_s = time.perf_counter()
                slice_s = min(now_s - before_s, 5 * _SLICE_S)  # what was not read is not saved up
                allowed = min(allowed, 0) + rate * slice_s
                before_s, most = now_s, int(allowed)
                if most < 1:
                    continue
            readable, _, _ = select.select([self._master], [], [], 0.2)
            if not readable:
                if self.process.poll() is not None:
                    break
                continue
            try:
                data = os.read(self._master, most)
            except OSError:  # the other side is gone
                break
            allowed -= len(data)
            self._take(data, time.perf_counter())
        with self._seen:
            self._ended = True
            self._seen.notify_all()

    def _take(self, data: bytes, now_s: float) -> None:
        asks = {_SYNC: _SYNC_SUPPORTED} | ({_CURSOR: _CURSOR_IS} if self._answers else {})
        for ask, answer in asks.items():
            # A read may end in the midst of an ask.
            for _ in range((bytes(self._pending[-len(ask) + 1 :]) + data).count(ask)):
                os.write(self._master, answer)
        with self._seen:
            self.bytes += len(data)
            self._pending += data
            while (end := self._pending.find(_END)) >= 0:
                begin = self._pending.find(_BEGIN)
                frame = bytes(self._pending[max(begin, 0) : end])
                del self._pending[: end + len(_END)]
                self.frames.append(Frame(now_s, len(frame)))
                self._find_own(frame, now_s)
            if _BEGIN not in self._pending:
                # The first frame may come before the screen knows that it can mark frames.
                self._find_own(bytes(self._pending), now_s)
            self._seen.notify_all()

    def _find_own(self, frame: bytes, now_s: float) -> None:
        for found in _OWN.finditer(frame):
            places = [*_PLACE.finditer(frame, 0, found.start())]
            if not places or not found["text"].strip():
                continue
            place = places[-1]
            before = _CONTROL.sub("", frame[place.end() : found.start()].decode())
            text = found["text"].decode(errors="ignore")  # its end may still be to come
            column = int(place[2]) + len(before) + len(text) - len(text.lstrip())
            own = (column, int(place[1]))
            if not self.own or self.own[-1][1:] != own:
                self.own.append(Own(now_s, *own))
