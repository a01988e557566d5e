"""The terminal's other screen, written to by a thread of its own: a slow one holds nobody up.

While it is open, whatever else is printed would paint over it, and is caught. Not here: what is
drawn (`bots.dashboard.frame`), what is typed (`bots.dashboard.keys`).
"""

import os
import select
import sys
import threading
from collections.abc import Callable
from io import TextIOBase
from queue import SimpleQueue
from typing import TextIO, cast

from rich.console import Console

from .lines import Row

_CLOSE_S = 1.0
"""How long the terminal may take for what is still to be written, at the end."""


class Screen:
    """A screen of its own on the terminal that a file descriptor is.

    Args:
        descriptor: the terminal.
        said: called with each line that something else prints while the screen is open.
    """

    def __init__(self, descriptor: int, said: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._writer: _Writer | None = None
        self._console: Console | None = None
        self._caught = _Caught(said)
        self._streams: tuple[TextIO, TextIO] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self._console is not None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        try:
            columns, lines = os.get_terminal_size(self._descriptor)
        except OSError:  # it is gone
            columns = lines = 0
        return columns or 80, lines or 24

    def open(self) -> None:
        """Show it, in place of what was there."""
        if self._console is not None:
            return
        self._writer = _Writer(self._descriptor)
        self._console = Console(
            file=cast(TextIO, self._writer),
            force_terminal=True,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
        )
        self._streams = sys.stdout, sys.stderr
        if sys.stdout.isatty():
            sys.stdout = cast(TextIO, self._caught)
        sys.stderr = cast(TextIO, self._caught)
        self._console.set_alt_screen(True)
        self._console.show_cursor(False)

    def draw(self, draw: Callable[[int, int], list[Row]]) -> bool:
        """Draw what a function of the size returns; False where the terminal is still busy."""
        if self._console is None or self._writer is None or self._writer.behind:
            return False
        self._console.size = self.size
        self._console.update_screen_lines(draw(*self._console.size))
        return True

    def close(self) -> None:
        """Show again what was there before; idempotent."""
        if self._console is None or self._writer is None:
            return
        self._console.clear()  # tmux would keep lines of it, if the window was another size before
        self._console.show_cursor(True)
        self._console.set_alt_screen(False)
        self._writer.end()
        self._console = self._writer = None
        if self._streams is not None:
            sys.stdout, sys.stderr = self._streams
        self._caught.end()


class _Writer(TextIOBase):
    """A text file whose flushes are written to a terminal by a thread, each as one piece."""

    encoding = "utf-8"

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._parts: list[str] = []
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="dashboard", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> bool:
        """Whether something waits to be written."""
        return not self._pieces.empty()

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str, /) -> int:
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        if getattr(self, "_parts", None):
            self._pieces.put("".join(self._parts).encode(errors="replace"))
            self._parts.clear()

    def end(self) -> None:
        """Write what waits, for a moment at most."""
        self.flush()
        self._pieces.put(None)
        self._thread.join(_CLOSE_S)

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            left = memoryview(piece)
            while left:
                try:
                    left = left[os.write(self._descriptor, left) :]
                except BlockingIOError:  # another program has made it so
                    select.select([], [self._descriptor], [])
                except OSError:
                    return  # the terminal is gone; whoever started us will notice

    def __del__(self) -> None:
        """Nothing: the file descriptor is not ours to close."""


class _Caught(TextIOBase):
    """A text file that hands on whole lines."""

    encoding = "utf-8"

    def __init__(self, said: Callable[[str], None]) -> None:
        super().__init__()
        self._said = said
        self._rest = ""

    def isatty(self) -> bool:
        return False

    def write(self, text: str, /) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._said(line)
        return len(text)

    def end(self) -> None:
        """Hand on what has no end of line."""
        if self._rest:
            self._said(self._rest)
            self._rest = ""
