"""What a player in a test has heard, line by line, and waiting for what has not come yet.

Both kinds of player build on it: the JavaScript client (`js_client`) and python-socketio's own
(`py_client`). Not here: how lines come in, and how to say something.
"""

import json
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

TRANSPORTS = ("polling", "websocket", "upgrade")


class Line(NamedTuple):
    """What the player told: an event and its arguments, and how many lines came before it."""

    event: str
    args: list[Any]
    number: int

    @property
    def payload(self) -> Any:
        """The first argument; None where there is none."""
        return self.args[0] if self.args else None


def _any(line: Line) -> bool:
    return True


class Heard:
    """Keeps lines, and wakes whoever waits for one."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._errors: list[str] = []
        self._news = threading.Condition()
        self._ended = False

    def emit(self, event: str, *args: object) -> None:
        """Send an event."""
        raise NotImplementedError

    def leave(self) -> None:
        """Disconnect as a page does that is left in good order, and wait until that is done."""
        raise NotImplementedError

    def vanish(self) -> None:
        """Be gone without a word."""
        raise NotImplementedError

    @property
    def lines(self) -> list[Line]:
        """Everything until now."""
        with self._news:
            return list(self._lines)

    def events(self, event: str, after: int = -1) -> list[Line]:
        """The lines of one event that came after the line of that number."""
        return [line for line in self.lines if line.event == event and line.number > after]

    @property
    def last(self) -> int:
        """The number of the newest line; what comes later is `after` it."""
        with self._news:
            return len(self._lines) - 1

    def wait_for(
        self,
        event: str,
        predicate: Callable[[Line], bool] = _any,
        timeout: float = 10.0,
        *,
        after: int = -1,
    ) -> Line:
        """The first line of an event that fits, received already or yet to come."""
        found: list[Line] = []

        def arrived() -> bool:
            found[:] = [line for line in self.events(event, after) if predicate(line)]
            return bool(found) or self._ended

        with self._news:
            self._news.wait_for(arrived, timeout)
        if not found:
            raise AssertionError(f"no such {event!r} within {timeout} s\n{self.transcript()}")
        return found[0]

    def transcript(self) -> str:
        """Everything that the player told, for a failure's message."""
        told = [f"{line.number}: {line.event} {json.dumps(line.args)}" for line in self.lines]
        return "\n".join([f"{type(self).__name__} received:", *told, *self._errors])

    def _told(self, event: str, args: list[Any]) -> None:
        with self._news:
            self._lines.append(Line(event, args, len(self._lines)))
            self._news.notify_all()

    def _end(self) -> None:
        with self._news:
            self._ended = True
            self._news.notify_all()
