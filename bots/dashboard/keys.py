"""Keys, one at a time and without Enter, from the terminal that is standard input.

The terminal is opened anew for it: the event loop makes what it reads from non-blocking, and what
the others write to must not become that. Not here: what a key does (`bots.dashboard.dashboard`).
"""

import asyncio
import os
import sys
import termios
from collections.abc import Callable

_ESCAPE = "\x1b"


def in_foreground(descriptor: int) -> bool:
    """Whether a terminal is ours to draw on now: a shell can send us to the background."""
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return True  # it is nobody's terminal: there is no background


class Keyboard:
    """The keys of a terminal.

    Args:
        pressed: called with each key that is a character.
    """

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._pressed = pressed
        self._descriptor: int | None = None
        self._before: list[int | list[bytes | int]] = []

    @property
    def is_open(self) -> bool:
        """Whether keys are read."""
        return self._descriptor is not None

    def open(self) -> None:
        """Read keys from now on, where standard input is a terminal; the loop must run."""
        if self._descriptor is not None or not sys.stdin or not sys.stdin.isatty():
            return
        try:
            name = os.ttyname(sys.stdin.fileno())
            descriptor = os.open(name, os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            return  # a terminal of another world, as in some containers: Ctrl-C still works
        try:
            self._before = termios.tcgetattr(descriptor)
            new = termios.tcgetattr(descriptor)
            new[3] &= ~(termios.ECHO | termios.ICANON)  # signals stay: Ctrl-C is one
            new[6][termios.VMIN], new[6][termios.VTIME] = 1, 0
            termios.tcsetattr(descriptor, termios.TCSANOW, new)
        except termios.error:
            os.close(descriptor)
            return
        self._descriptor = descriptor
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def close(self) -> None:
        """Give the terminal back as it was, without what was typed meanwhile; idempotent."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            asyncio.get_running_loop().remove_reader(descriptor)
        except RuntimeError:
            pass  # no loop runs any more
        try:
            termios.tcflush(descriptor, termios.TCIFLUSH)
            termios.tcsetattr(descriptor, termios.TCSANOW, self._before)
        except termios.error:
            pass  # it is gone
        os.close(descriptor)

    def _read(self) -> None:
        if self._descriptor is None:
            return
        try:
            typed = os.read(self._descriptor, 1024)
        except BlockingIOError:
            return
        except OSError:
            typed = b""
        if not typed:
            self.close()  # hung up
            return
        text = typed.decode(errors="replace")
        if text.startswith(_ESCAPE):
            return  # an arrow, or another key that is no character
        for key in text:
            self._pressed(key)
