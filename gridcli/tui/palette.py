"""What a player looks like: a glyph, a colour and a weight, never a colour alone.

The colours are those of Okabe and Ito, which people with any of the common colour blindnesses
tell apart, lightened for dark backgrounds and darkened for light ones. Yellow is kept for
oneself. Not here: the colours of the screen around the players (`app.tcss`, `theme`), what is
drawn where (`brush`), legibility on any ground (`contrast`).
"""

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from gridcli.core.text import printable

ON_DARK = ("#e69f00", "#56b4e9", "#1fc08e", "#6d9bfa", "#f0733a", "#e08fbf", "#d7dde5")
ON_LIGHT = ("#784e00", "#125b88", "#00644a", "#1f4fbf", "#983b00", "#873b6e", "#3a4350")
OWN_ON_DARK, OWN_ON_LIGHT = "#ffd75f", "#6b5200"
_WEIGHTS = ((False, False), (True, False), (False, True), (True, True))
"""Bold and underlined: all that every terminal can do. tmux shows italics reversed, as oneself."""
_TEXTURES = (":", "-", "+", "~", "=", "×", "∘")
_ASCII_TEXTURES = (":", "-", "+", "~", "=", "x", "o")
_OWN_TEXTURE, _OWN_ASCII_TEXTURE = "▪", "#"
_UNKNOWN = "?"


class Look(NamedTuple):
    """How a player is drawn; the glyph is always one column wide."""

    glyph: str
    style: Style


@lru_cache(maxsize=8192)
def look(user_id: str, symbol: str, *, dark: bool = True, ascii_only: bool = False) -> Look:
    """The look of another player: the same on every screen, run after run."""
    number = _number(user_id)
    colours = ON_DARK if dark else ON_LIGHT
    bold, underline = _WEIGHTS[number // len(colours) % len(_WEIGHTS)]
    return Look(
        glyph(symbol, ascii_only=ascii_only),
        Style(color=colour_of(user_id, dark=dark), bold=bold, underline=underline),
    )


def own_look(symbol: str, *, dark: bool = True, ascii_only: bool = False) -> Look:
    """The look of oneself: bold, reversed, and in a colour that nobody else has."""
    colour = OWN_ON_DARK if dark else OWN_ON_LIGHT
    return Look(glyph(symbol, ascii_only=ascii_only), Style(color=colour, bold=True, reverse=True))


def colour_of(user_id: str, *, own_id: str = "", dark: bool = True) -> str:
    """The colour of a player, also of one who has left, as `#rrggbb`."""
    if user_id == own_id:
        return OWN_ON_DARK if dark else OWN_ON_LIGHT
    colours = ON_DARK if dark else ON_LIGHT
    return colours[_number(user_id) % len(colours)]


def texture_of(user_id: str, *, own_id: str = "", ascii_only: bool = False) -> str:
    """What a player's painted cells are filled with: a character of one column."""
    if user_id == own_id:
        return _OWN_ASCII_TEXTURE if ascii_only else _OWN_TEXTURE
    textures = _ASCII_TEXTURES if ascii_only else _TEXTURES
    # Not by the digits that the colour goes by: who shares the one need not share the other.
    return textures[_number(user_id) // (len(ON_DARK) * len(_WEIGHTS)) % len(textures)]


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


def _number(user_id: str) -> int:
    return crc32(user_id.encode("utf-8", "replace"))
