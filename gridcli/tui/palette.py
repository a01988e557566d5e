"""What a player looks like: a glyph, a colour and a weight, never a colour alone.

The colours are those of Okabe and Ito, which people with any of the common colour blindnesses
tell apart, lightened for dark backgrounds and darkened for light ones. Yellow is kept for
oneself. Not here: the colours of the screen around the players (`app.tcss`, `theme`).
"""

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from gridcli.core.text import printable

_ON_DARK = ("#e69f00", "#56b4e9", "#1fc08e", "#5b8ff9", "#f0733a", "#e08fbf", "#d7dde5")
_ON_LIGHT = ("#8f5f00", "#1c6ea4", "#00684c", "#1f4fbf", "#a84300", "#93457a", "#3a4350")
_OWN_ON_DARK, _OWN_ON_LIGHT = "#ffd75f", "#6b5200"
_UNKNOWN = "?"


class Look(NamedTuple):
    """How a player is drawn; the glyph is always one column wide."""

    glyph: str
    style: Style


@lru_cache(maxsize=8192)
def look(user_id: str, symbol: str, *, dark: bool = True, ascii_only: bool = False) -> Look:
    """The look of another player: the same on every screen, run after run."""
    number = crc32(user_id.encode("utf-8", "replace"))
    colours = _ON_DARK if dark else _ON_LIGHT
    bold = bool(number // len(colours) % 2)
    return Look(
        glyph(symbol, ascii_only=ascii_only),
        Style(color=colours[number % len(colours)], bold=bold),
    )


def own_look(symbol: str, *, dark: bool = True, ascii_only: bool = False) -> Look:
    """The look of oneself: bold, reversed, and in a colour that nobody else has."""
    colour = _OWN_ON_DARK if dark else _OWN_ON_LIGHT
    return Look(glyph(symbol, ascii_only=ascii_only), Style(color=colour, bold=True, reverse=True))


def glyph(symbol: str, *, ascii_only: bool = False) -> str:
    """The first character of a symbol that fills exactly one column; `?` where there is none."""
    for character in printable(symbol):
        if cell_len(character) == 1:
            if character.isspace() or (ascii_only and not character.isascii()):
                break
            return character
    return _UNKNOWN


def shown(text: str, *, ascii_only: bool = False) -> str:
    """Foreign text as it may be drawn: printable, and in ASCII where only that is wanted."""
    text = printable(text)
    return text.encode("ascii", "replace").decode() if ascii_only else text


def fitted(text: str, width: int, *, ascii_only: bool = False) -> str:
    """A text in exactly so many columns, with an ellipsis where it had to be cut."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    ellipsis = "~" if ascii_only else "…"
    return set_cell_size(text, max(width - 1, 0)) + ellipsis[:width]
