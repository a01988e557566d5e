"""Drawing on a terminal that is gone: nothing happens, and nothing stops.

Textual draws by a thread with a short queue. An error ends that thread, and once the queue is full
whatever draws waits for ever: a closed window would leave the screen's process behind, and with it
the server and the bots. Not here: noticing that it is gone (`gridcli.tui.outlet`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


class Enduring:
    """A stream whose errors nobody hears of; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if that is still possible."""
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        """Flush, likewise."""
        try:
            self._stream.flush()
        except OSError:
            pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def enduring_terminal() -> Iterator[None]:
    """Give Textual such a stream to draw on: it takes `sys.__stderr__` when a screen begins."""
    before = sys.__stderr__
    if before is not None:
        vars(sys)["__stderr__"] = Enduring(before)
    try:
        yield
    finally:
        vars(sys)["__stderr__"] = before
