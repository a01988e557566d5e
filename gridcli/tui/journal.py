"""What has happened in the room, as lines: chat, arrivals and departures, notices.

Arrivals in a row become one line, so that two hundred bots do not push the chat off the screen.
Not here: wrapping and drawing the lines (`gridcli.tui.chat`).
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_KEPT = 400
_NAMED = 3


@dataclass(frozen=True, eq=False, slots=True)
class Said:
    """A chat line; compared by identity, as each entry is an event of its own."""

    user_id: str
    name: str
    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Passed:
    """Players came into the room or went out of it, one after another."""

    verb: str
    names: tuple[str, ...]
    count: int

    @property
    def text(self) -> str:
        """The line."""
        names = ", ".join(self.names)
        more = self.count - len(self.names)
        return f"{names} and {more} more {self.verb}" if more else f"{names} {self.verb}"


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """A word of the server or of this program; `warning` makes it stand out."""

    text: str
    warning: bool = False


Entry = Said | Passed | Told


class Journal:
    """The latest entries, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def say(self, user_id: str, name: str, text: str) -> None:
        """Someone said something."""
        self._entries.append(Said(user_id, name, text))

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Something that the player should know."""
        self._entries.append(Told(text, warning))

    def joined(self, names: Sequence[str]) -> None:
        """Players came in."""
        self._pass("joined", names)

    def left(self, names: Sequence[str]) -> None:
        """Players went out."""
        self._pass("left", names)

    def _pass(self, verb: str, names: Sequence[str]) -> None:
        if not names:
            return
        count = len(names)
        last = self._entries[-1] if self._entries else None
        if isinstance(last, Passed) and last.verb == verb:
            self._entries.pop()
            names, count = (*last.names, *names), last.count + count
        self._entries.append(Passed(verb, tuple(names[:_NAMED]), count))
