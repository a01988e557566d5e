"""What a name, a room or a chat line may hold.

Control characters, escapes, bidirectional overrides and heaps of combining marks are stripped on
the way in here, and again before anything foreign is drawn (`printable`). Not here: drawing
(`gridcli.tui`).
"""

import re
import unicodedata
from typing import NamedTuple

from .errors import BadInput
from .protocol.names import BAD_NAME, BAD_PAYLOAD, BAD_ROOM, TOO_LARGE

MAX_NAME = 24
MAX_ROOM = 32
MAX_CHAT = 240


class TextLimits(NamedTuple):
    """What a server takes: lengths in characters, and the alphabet of names and chat."""

    name: int = MAX_NAME
    room: int = MAX_ROOM
    chat: int = MAX_CHAT
    ascii_only: bool = False


DEFAULT_TEXT = TextLimits()

_ROOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
# Cc control, Cf format (bidi and zero-width), Cs surrogate, Co private use, Cn unassigned,
# Zl/Zp line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

MAX_MARKS = 5
"""How many combining marks one character keeps; more would paint over the rows next to it.

Burmese writes five in one syllable, Hebrew with vowels and accents four, Vietnamese and Thai two.
"""
# Vowels and finals of Hangul's single letters take no room of their own either.
_JOINING = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")


def printable(text: str) -> str:
    """The text without anything that a terminal could take for more than a character."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for c in text:
        category = unicodedata.category(c)
        if category in _UNPRINTABLE:
            continue
        joins = category[0] == "M" or _JOINING.match(c)
        marks = marks + 1 if joins else 0
        if marks <= MAX_MARKS:
            kept.append(c)
    return "".join(kept)


def foreign(text: str) -> str:
    """What a server said of itself, fit for one line of a message."""
    return _tidy(text[:MAX_CHAT])


def _tidy(text: str) -> str:
    return " ".join(printable(text.replace("\n", " ").replace("\t", " ")).split())


def check_name(name: str, limits: TextLimits = DEFAULT_TEXT) -> str:
    """A player's name, tidied; empty means "none given".

    Raises:
        BadInput: it is too long, has nothing printable, or is of another alphabet.
    """
    tidy = _tidy(name) if len(name) <= 4 * limits.name else name
    if len(tidy) > limits.name:
        raise BadInput(BAD_NAME, f"a name has at most {limits.name} characters")
    if name and not tidy:
        raise BadInput(BAD_NAME, "a name needs at least one printable character")
    if limits.ascii_only and not tidy.isascii():
        raise BadInput(BAD_NAME, "a name is written in ASCII here")
    return tidy


def check_room(room: str, limits: TextLimits = DEFAULT_TEXT) -> str:
    """A room's name, as it is. Raises `BadInput` outside the alphabet or over the length."""
    if len(room) > limits.room or not _ROOM.match(room):
        raise BadInput(
            BAD_ROOM,
            f"a room's name has 1 to {limits.room} letters, digits, '-', '_' or '.', "
            "and begins with a letter or digit",
        )
    return room


def check_chat(text: str, limits: TextLimits = DEFAULT_TEXT) -> str:
    """A chat line, tidied. Raises `BadInput` when empty, too long or of another alphabet."""
    if len(text) > limits.chat:
        raise BadInput(TOO_LARGE, f"a chat line has at most {limits.chat} characters")
    tidy = _tidy(text)
    if not tidy:
        raise BadInput(BAD_PAYLOAD, "a chat line needs at least one printable character")
    if limits.ascii_only and not tidy.isascii():
        raise BadInput(BAD_PAYLOAD, "chat is written in ASCII here")
    return tidy
