"""What has happened in the room, as lines: chat, arrivals and departures, notices.

Arrivals in a row become one line, so that two hundred bots do not push the chat off the screen.
A server says again what was said in a room to everyone who comes or comes back; what we have heard
already is left out (`missed`).
Not here: wrapping and drawing the lines (`gridcli.tui.chat`).
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

_KEPT = 400
_NAMED = 3
_SHORTEST_NAME = 2


class _Event:
    """Never changes, so a copy of a journal has the very same ones."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> Self:
        return self


@dataclass(frozen=True, eq=False, slots=True)
class Said(_Event):
    """A chat line; compared by identity, as each entry is an event of its own.

    `earlier` was said before we came, or while we were away; `mention` names us.
    """

    user_id: str
    name: str
    text: str
    earlier: bool = False
    mention: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Passed(_Event):
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
class Told(_Event):
    """A word of the server or of this program; `warning` makes it stand out."""

    text: str
    warning: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Heading:
    """Parts what follows from what went before."""

    text: str


Entry = Said | Passed | Told | Heading
Line = tuple[str, str, str]
"""A chat line as it is compared: user id, name and text."""


class Journal:
    """The latest entries, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._heard: deque[Line] = deque(maxlen=_KEPT)
        """What was said in the room that we are in, since we came."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def say(self, user_id: str, name: str, text: str, *, own_name: str = "") -> None:
        """Someone said something; it may have named us."""
        self._heard.append((user_id, name, text))
        self._entries.append(Said(user_id, name, text, mention=mentions(text, own_name)))

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Something that the player should know; the same again at once adds no line."""
        last = self._entries[-1] if self._entries else None
        if not isinstance(last, Told) or last.text != text:
            self._entries.append(Told(text, warning))

    def entered(self, room: str = "") -> None:
        """We have come to another room; where it is given, a line says so."""
        self._heard.clear()
        if room:
            self._entries.append(Heading(room))

    def catch_up(self, lines: Sequence[Line], *, own_name: str = "") -> None:
        """What was said before we came, or while we were away."""
        new = missed(list(self._heard), lines)
        if new:
            self._entries.append(Heading("while you were away" if self._heard else "earlier"))
        for user_id, name, text in new:
            self._heard.append((user_id, name, text))
            mention = mentions(text, own_name)
            self._entries.append(Said(user_id, name, text, earlier=True, mention=mention))

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


def missed(heard: Sequence[Line], told: Sequence[Line]) -> Sequence[Line]:
    """The end of what is told now that was not heard before.

    Both are parts of one talk without gaps, so what is told goes on from where the heard ends:
    after the last place where the two agree as far back as both reach.
    """
    for end in range(len(told), 0, -1):
        common = min(end, len(heard))
        if common and list(told[end - common : end]) == list(heard[-common:]):
            return told[end:]
    return told


def mentions(text: str, name: str) -> bool:
    """Whether a text has a name in it, as a word of its own, in any case of its letters."""
    if len(name) < _SHORTEST_NAME:
        return False  # a letter, as the server gives them to who has no name
    return re.search(mention_pattern(name), text) is not None


def mention_pattern(name: str) -> str:
    """A regular expression that finds a name as a word of its own, in any case of its letters."""
    return rf"(?i)(?<!\w){re.escape(name)}(?!\w)"
