"""What a name, a room or a chat line may hold.

Control characters, escapes and bidirectional overrides are stripped on the way in here, and
again before anything foreign is drawn (`printable`). Not here: drawing (`gridcli.tui`).
"""

import re
import unicodedata

from .errors import BadInput
from .protocol.names import BAD_NAME, BAD_PAYLOAD, BAD_ROOM, TOO_LARGE

MAX_NAME = 24
MAX_ROOM = 32
MAX_CHAT = 240

_ROOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
# Cc control, Cf format (bidi and zero-width), Cs surrogate, Co private use, Cn unassigned,
# Zl/Zp line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text without anything that a terminal could take for more than a character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _UNPRINTABLE)


def foreign(text: str) -> str:
    """What a server said of itself, fit for one line of a message."""
    return _tidy(text[:MAX_CHAT])


def _tidy(text: str) -> str:
    return " ".join(printable(text.replace("\n", " ").replace("\t", " ")).split())


def check_name(name: str) -> str:
    """A player's name, tidied; empty means "none given". Raises `BadInput` when too long."""
    if len(name) > 4 * MAX_NAME:
        raise BadInput(BAD_NAME, f"a name has at most {MAX_NAME} characters")
    tidy = _tidy(name)
    if len(tidy) > MAX_NAME:
        raise BadInput(BAD_NAME, f"a name has at most {MAX_NAME} characters")
    if name and not tidy:
        raise BadInput(BAD_NAME, "a name needs at least one printable character")
    return tidy


def check_room(room: str) -> str:
    """A room's name, as it is. Raises `BadInput` outside the alphabet or over the length."""
    if len(room) > MAX_ROOM or not _ROOM.match(room):
        raise BadInput(
            BAD_ROOM,
            f"a room's name has 1 to {MAX_ROOM} letters, digits, '-', '_' or '.', "
            "and begins with a letter or digit",
        )
    return room


def check_chat(text: str) -> str:
    """A chat line, tidied. Raises `BadInput` when empty or too long."""
    if len(text) > MAX_CHAT:
        raise BadInput(TOO_LARGE, f"a chat line has at most {MAX_CHAT} characters")
    tidy = _tidy(text)
    if not tidy:
        raise BadInput(BAD_PAYLOAD, "a chat line needs at least one printable character")
    return tidy
