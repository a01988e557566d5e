"""What a page may say over its WebSocket: a JSON list of a word and at most one value.

Not here: reading it off the network (`gridcli.tui.web.site`), carrying it out
(`gridcli.tui.web.player`). Pure.
"""

import json
from typing import NamedTuple

MAX_COLUMNS, MAX_LINES = 500, 250
"""No window is larger; the screen's process would have to hold and to draw it."""


class Keys(NamedTuple):
    """Typed, pasted or done with the mouse, as a terminal would send it."""

    text: str


class Resized(NamedTuple):
    """The window has another size, in cells."""

    width: int
    height: int


class Ping(NamedTuple):
    """To be answered with the same mark."""

    mark: str


class Focus(NamedTuple):
    """The page got the keyboard, or lost it."""

    here: bool


Message = Keys | Resized | Ping | Focus


def read_message(text: str) -> Message | None:
    """What a message says; None for what means nothing."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match said:
        case ["stdin", str(keys)]:
            return Keys(keys)
        case ["resize", {"width": int(width), "height": int(height)}]:
            return Resized(*cells(width, height))
        case ["ping", str(mark)]:
            return Ping(mark)
        case ["focus"]:
            return Focus(True)
        case ["blur"]:
            return Focus(False)
    return None


def cells(width: object, height: object) -> tuple[int, int]:
    """A window's size as a page tells it, within bounds; 80 x 24 where it is no number."""
    return _within(width, 80, MAX_COLUMNS), _within(height, 24, MAX_LINES)


def _within(value: object, default: int, most: int) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        return default
    # Longer ones Python may refuse to read, and they are as large as anything gets here.
    return most if len(text) > 4 else min(max(int(text), 1), most)
