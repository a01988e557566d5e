"""How a spot looks: its text and its style, for one size of cells and one theme.

Nothing is said by colour alone: trails have their own glyph, paint its owner's texture, who is it
stands in brackets. Not here: what a cell shows (`gridcli.tui.layers`), the players' own colours
(`gridcli.tui.palette`), lines (`gridcli.tui.board`).
"""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from gridcli.core.mirror import Mirror

from .camera import Scale
from .contrast import readable
from .emotes import emote_sign
from .layers import FOLLOWED, IT, LEFT, Spot
from .palette import colour_of, look, own_look, texture_of
from .trails import STEPS

_TILE = 0.22
"""How much of a player's colour the ground has, in cells of more than one line."""
_PAINT, _TEXTURE = 0.30, 0.62
_RING = 0.16
_TRAIL = (0.85, 0.62, 0.44, 0.30)
_GLOW = (0.20, 0.13, 0.08, 0.04)
_CHECKER = 0.025
_STALE = 0.5
"""What is left of every colour while the grid is not how things are."""
_MOST = 8192
"""So many spots are remembered: players come and go for as long as one watches."""

_TRAILS, _ASCII_TRAILS = ("•", "•", "∙", "·"), ("o", ":", ":", ".")
_GOAL, _ASCII_GOAL = "×", "x"
_BRACKETS = {IT: ("»", "«"), FOLLOWED: ("[", "]")}
_ASCII_BRACKETS = {IT: (">", "<"), FOLLOWED: ("[", "]")}
_NO_BRACKETS = (" ", "")
_NO_LINE = Style(underline=False)
_SPARSE = 4
"""In cells of one column every fourth has a dot, each line's beside those of the last."""

assert len(_TRAIL) == len(_GLOW) == len(_TRAILS) == len(_ASCII_TRAILS) == STEPS


class Ground(NamedTuple):
    """What all cells are drawn on."""

    background: Color
    dots: Color
    """Of cells that show nothing."""
    goal: Color
    """Of the cell that one walks to."""
    dark: bool = True


class Brush:
    """Draws spots, and remembers how.

    Args:
        ground: the colours of the theme.
        scale: the size of a cell.
        mirror: who is in the room, and who we are.
        ascii_only: draw with ASCII characters alone.
        stale: the grid is not how things are, and is dimmed.
    """

    def __init__(
        self,
        ground: Ground,
        scale: Scale,
        mirror: Mirror,
        *,
        ascii_only: bool = False,
        stale: bool = False,
    ) -> None:
        self._mirror = mirror
        self._ground = ground
        self._scale = scale
        self._own_id = mirror.user_id
        self._ascii = ascii_only
        self._stale = stale
        self._drawn: dict[tuple[Spot, str, bool], tuple[Segment, ...]] = {}
        self._middle = (scale.cell_height - 1) // 2
        self._tall = scale.cell_height > 1
        light = Color(255, 255, 255) if ground.dark else Color(0, 0, 0)
        checker = ground.background.blend(light, _CHECKER)
        grounds = (ground.background, checker if self._tall else ground.background)
        self._empty = tuple(self._style(ground.dots, colour) for colour in grounds)
        dot = "." if ascii_only else "·"
        if scale.cell_width == 1:
            sparse = (dot + " " * (_SPARSE - 1)) * (scale.columns // _SPARSE + 2)
            self._dots = (sparse, sparse[_SPARSE // 2 :])
        else:
            self._dots = (self._placed(dot) * (scale.columns + 1),) * 2
        self._blank = " " * scale.width

    @property
    def empty(self) -> Style:
        """The style of cells that show nothing."""
        return self._empty[0]

    def nothing(self, x: int, y: int, count: int, part: int) -> list[Segment]:
        """A run of cells that show nothing.

        Args:
            x: the first of them.
            y: their row.
            count: how many they are.
            part: which of the cells' lines.
        """
        width = self._scale.cell_width
        if part != self._middle:
            text = self._blank[: count * width]
        elif width == 1:
            first = x % _SPARSE
            text = self._dots[y % 2][first : first + count]
        else:
            text = self._dots[0][: count * width]
        even, odd = self._empty
        if not self._tall:
            return [Segment(text, even)]
        return [
            Segment(text[n * width : (n + 1) * width], odd if (x + n + y) % 2 else even)
            for n in range(count)
        ]

    def spot(self, spot: Spot, part: int) -> tuple[Segment, ...]:
        """One of the lines of a cell that shows something."""
        who = self._mirror.who.get(spot.user_id)
        symbol = who.symbol if who is not None else ""
        key = spot, symbol, part == self._middle
        drawn = self._drawn.get(key)
        if drawn is None:
            if len(self._drawn) >= _MOST:
                self._drawn.clear()
            drawn = self._drawn[key] = self._draw(spot, symbol, part == self._middle)
        return drawn

    def _draw(self, spot: Spot, symbol: str, is_middle: bool) -> tuple[Segment, ...]:
        background = self._background(spot)
        if spot.user_id:
            text, style = self._player(spot, symbol, background)
        else:
            text, colour, bold = self._thing(spot, background)
            style = self._style(colour, background, bold=bold)
        if not is_middle:
            return (Segment(self._blank[: self._scale.cell_width], style + _NO_LINE),)
        if style.underline and len(text) > 1:  # the glyph alone, or cells would look fenced
            glyph = text.strip()
            before, after = text.split(glyph)
            pieces = ((before, style + _NO_LINE), (glyph, style), (after, style + _NO_LINE))
            return tuple(Segment(piece, pieced) for piece, pieced in pieces if piece)
        return (Segment(text, style),)

    def _player(self, spot: Spot, symbol: str, background: Color) -> tuple[str, Style]:
        dark, ascii_only = self._ground.dark, self._ascii
        if spot.user_id == self._own_id:
            face = own_look(symbol, dark=dark, ascii_only=ascii_only)
        else:
            face = look(spot.user_id, symbol, dark=dark, ascii_only=ascii_only)
        colour = readable(self._colour(spot.user_id), background)
        style = face.style + self._style(colour, background)
        if spot.mark == IT:
            style += Style(bold=True, reverse=True, blink=True)
        elif spot.mark or spot.goal:
            style += Style(bold=True, underline=True)
        more = "+" if spot.crowd > 1 else ""
        if spot.goal:
            more = _ASCII_GOAL if ascii_only else _GOAL
        return self._placed(face.glyph, mark=spot.mark, more=more), style

    def _thing(self, spot: Spot, background: Color) -> tuple[str, Color, bool]:
        """What is no player: its text, its colour, and whether it is bold."""
        if spot.sign:
            text = self._placed(emote_sign(spot.sign, ascii_only=self._ascii))
            return text, readable(self._ground.background, background), True
        if spot.goal:
            goal = _ASCII_GOAL if self._ascii else _GOAL
            return self._placed(goal), readable(self._ground.goal, background), True
        if spot.side:
            left, right = (_ASCII_BRACKETS if self._ascii else _BRACKETS)[spot.mark]
            width = self._scale.cell_width
            text = left.rjust(width) if spot.side == LEFT else right.ljust(width)
            return text, readable(self._ground.dots, background), True
        if spot.trail:
            text = self._placed((_ASCII_TRAILS if self._ascii else _TRAILS)[spot.age])
            return text, background.blend(self._colour(spot.trail), _TRAIL[spot.age]), False
        if spot.paint:
            texture = texture_of(spot.paint, own_id=self._own_id, ascii_only=self._ascii)
            colour = self._ground.background.blend(self._colour(spot.paint), _TEXTURE)
            return self._placed(texture), colour, False
        return self._placed("." if self._ascii else "∘"), self._colour(spot.ring), False

    def _background(self, spot: Spot) -> Color:
        if spot.sign:
            return self._colour(spot.ring)
        ground = self._ground.background
        if spot.paint:
            ground = ground.blend(self._colour(spot.paint), _PAINT)
        if spot.goal:
            return ground.blend(self._ground.goal, _RING)
        if spot.ring:
            return ground.blend(self._colour(spot.ring), _RING)
        if spot.paint:
            return ground
        if spot.user_id and self._tall:
            return ground.blend(self._colour(spot.user_id), _TILE)
        if spot.trail:
            return ground.blend(self._colour(spot.trail), _GLOW[spot.age])
        return ground

    def _colour(self, user_id: str) -> Color:
        return Color.parse(colour_of(user_id, own_id=self._own_id, dark=self._ground.dark))

    def _style(self, colour: Color, background: Color, *, bold: bool = False) -> Style:
        if self._stale:
            ground = self._ground.background
            colour, background = ground.blend(colour, _STALE), ground.blend(background, _STALE)
        return Style(
            color=colour.rich_color,
            bgcolor=background.rich_color,
            bold=bold or None,
            dim=True if self._stale else None,
        )

    def _placed(self, glyph: str, *, mark: str = "", more: str = "") -> str:
        """A glyph in the middle of a cell, with what belongs beside it as far as there is room."""
        width = self._scale.cell_width
        before = (width - 1) // 2
        brackets = _ASCII_BRACKETS if self._ascii else _BRACKETS
        left, right = brackets.get(mark, _NO_BRACKETS)
        text = left.rjust(before) if before else ""
        return (text + glyph + right + more)[:width].ljust(width)
