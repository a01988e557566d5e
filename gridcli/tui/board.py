"""The grid, drawn line by line.

`redraw` compares what every line of cells shows with what it showed and marks the changed ones
alone; `render_line` makes as few segments as there are runs of one style. Not here: when to
redraw (`gridcli.tui.app`), which cells are in view (`gridcli.tui.camera`) and around whom
(`gridcli.tui.follow`), what players look like (`gridcli.tui.palette`), what the mouse does
(`gridcli.tui.actions.walking`).
"""

from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.containers import Container
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.geometry import Cell
from gridcli.core.protocol.names import LOBBY

from .camera import Camera, Scale, fit
from .game import Game
from .palette import Look, look, own_look, shown
from .pointing import Pointing

_DIM = Style(dim=True)
_UNDERLINED = Style(underline=True)
_TINT = 0.22
_MOST_LOOKS = 4096
"""So many looks are remembered: players come and go for as long as one watches."""


class Spot(NamedTuple):
    """What a cell shows: the player on top, how many share it, and whether one walks there."""

    user_id: str = ""
    players: int = 0
    goal: bool = False


Spots = dict[int, Spot]
"""What one line of cells shows, by `x`."""
_GOAL = Spot(goal=True)


class Stage(Container):
    """The space that the board may take; the board is in its middle."""

    def on_resize(self) -> None:
        """There is another amount of room."""
        self.query_one(Board).refit()


class Board(Pointing):
    """The part of the room's grid around the player."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"board--cell", "board--goal", "board--followed"}
    ALLOW_SELECT = False

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.game = game
        self.ascii_only = ascii_only
        self.frames = 0
        """How often the board was redrawn; a burst of updates costs one."""
        self.camera = Camera()
        self._rows: dict[int, Spots] = {}
        self._looks: dict[str, Look] = {}
        self._dimmed = False
        self._drawn: tuple[object, ...] = ()

    @property
    def scale(self) -> Scale:
        """The size of the cells as they are drawn now."""
        return fit(self.game.mirror.grid, self.size.width, self.size.height)

    @property
    def whole(self) -> bool:
        """Whether the whole grid is in view."""
        grid, scale = self.game.mirror.grid, self.scale
        return scale.columns >= grid.width and scale.rows >= grid.height

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the grid, and no wider than the window."""
        return fit(self.game.mirror.grid, container.width, container.height).width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the grid, and no higher than the window."""
        return fit(self.game.mirror.grid, container.width, container.height).height

    def redraw(self) -> None:
        """Bring the board up to date with the mirror."""
        if not self.size:
            return  # not laid out yet, or hidden; a resize comes before it is seen
        self.frames += 1
        mirror, scale, follow = self.game.mirror, self.scale, self.game.follow
        subject = mirror.cells.get(follow.subject(mirror.user_id))
        if subject is not None:
            self.camera.follow(subject, mirror.grid, scale)
        else:
            self.camera.pan(0, 0, mirror.grid, scale)  # back onto a grid that became smaller
        rows = self._spots(scale)
        followed = (follow.user_id, follow.name)
        frame = (mirror.grid, mirror.user_id, self.camera.origin, scale, self.game.live, followed)
        if frame == self._drawn:
            changed = {
                y for y in self._rows.keys() | rows.keys() if self._rows.get(y) != rows.get(y)
            }
            self._rows = rows
            if changed:
                self.refresh(*(self._region(y, scale) for y in changed))
            return
        other_grid = not self._drawn or self._drawn[0] != mirror.grid
        self._rows, self._drawn, self._dimmed = rows, frame, not self.game.live
        self._looks.clear()
        self._label()
        self.refresh()
        if other_grid:
            self.refit()

    def cell_at(self, x: int, y: int) -> Cell | None:
        """The cell of the grid that is drawn at a column and line of the board's content.

        Both count from 0 inside the frame, as `MouseEvent.get_content_offset` gives them. None
        where there is no cell: on the frame, and beside a grid smaller than the window.
        """
        scale, origin = self.scale, self.camera.origin
        if not (0 <= x < scale.width and 0 <= y < scale.height):
            return None
        return Cell(origin.x + x // scale.cell_width, origin.y + y // scale.cell_height)

    def nearest_cell(self, x: int, y: int) -> Cell:
        """The same, or from outside the cell that is nearest to there."""
        scale = self.scale
        found = self.cell_at(min(max(x, 0), scale.width - 1), min(max(y, 0), scale.height - 1))
        assert found is not None
        return found

    def pan(self, dx: int, dy: int) -> None:
        """Look elsewhere; the camera stays there until it is to follow somebody again."""
        self.game.follow.let_go()
        self.camera.pan(dx, dy, self.game.mirror.grid, self.scale)
        self.redraw()

    def on_resize(self) -> None:
        """Another window shows another part of the grid."""
        self.redraw()

    def refit(self) -> None:
        """Give up the frame where the cells are drawn larger without it, as on 80 by 24."""
        if not isinstance(self.parent, Widget):
            return
        room, grid = self.parent.content_size, self.game.mirror.grid
        framed, bare = fit(grid, room.width - 2, room.height - 2), fit(grid, *room)
        self.set_class(bare.cell_height > framed.cell_height, "-bare")
        self.refresh(layout=True)

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._looks.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """One line of the terminal."""
        scale = self.scale
        line, part = divmod(y, scale.cell_height)
        spots = self._rows.get(self.camera.origin.y + line, {})
        empty = self.get_component_rich_style("board--cell")
        if self._dimmed:
            empty += _DIM
        middle = (scale.cell_height - 1) // 2
        nothing = self._cell_text("." if self.ascii_only else "·", scale, part == middle)
        segments: list[Segment] = []
        at = left = self.camera.origin.x
        for x in sorted(spots):
            spot = spots[x]
            if x > at:
                segments.append(Segment(nothing * (x - at), empty))
            face = self._look(spot.user_id) if spot.players else self._goal_look()
            text = self._cell_text(face.glyph, scale, part == middle, crowded=spot.players > 1)
            style = face.style
            if spot.goal and spot.players:
                style += _UNDERLINED
            segments.append(Segment(text, style))
            at = x + 1
        if at < left + scale.columns:
            segments.append(Segment(nothing * (left + scale.columns - at), empty))
        return Strip(segments, scale.width).adjust_cell_length(self.size.width, empty)

    def _spots(self, scale: Scale) -> dict[int, Spots]:
        mirror, origin = self.game.mirror, self.camera.origin
        right, bottom = origin.x + scale.columns, origin.y + scale.rows
        own_id, followed = mirror.user_id, self.game.follow.user_id
        rows: dict[int, Spots] = {}
        for user_id, (x, y) in mirror.cells.items():
            if origin.x <= x < right and origin.y <= y < bottom:
                spots = rows.setdefault(y, {})
                top, count, _ = spots.get(x, Spot(user_id))
                spots[x] = Spot(user_id if user_id in (own_id, followed) else top, count + 1)
        goal = self.game.walk.goal
        if goal is not None and origin.x <= goal.x < right and origin.y <= goal.y < bottom:
            spots = rows.setdefault(goal.y, {})
            spots[goal.x] = spots.get(goal.x, _GOAL)._replace(goal=True)
        return rows

    def _region(self, y: int, scale: Scale) -> Region:
        top = (y - self.camera.origin.y) * scale.cell_height
        return Region(0, top, scale.width, scale.cell_height)

    def _look(self, user_id: str) -> Look:
        found = self._looks.get(user_id)
        if found is None:
            mirror = self.game.mirror
            who = mirror.who.get(user_id)
            symbol = who.symbol if who else ""
            dark = self.app.current_theme.dark
            if user_id == mirror.user_id:
                found = own_look(symbol, dark=dark, ascii_only=self.ascii_only)
            else:
                found = look(user_id, symbol, dark=dark, ascii_only=self.ascii_only)
            style = self.rich_style + found.style
            if self.scale.cell_height > 1 and user_id != mirror.user_id:
                style += _tile(style)
            if user_id == self.game.follow.user_id:
                style += self.get_component_rich_style("board--followed", partial=True)
            found = Look(found.glyph, style + _DIM if self._dimmed else style)
            if len(self._looks) >= _MOST_LOOKS:
                self._looks.clear()
            self._looks[user_id] = found
        return found

    def _goal_look(self) -> Look:
        style = self.get_component_rich_style("board--goal")
        return Look("x" if self.ascii_only else "×", style + _DIM if self._dimmed else style)

    @staticmethod
    def _cell_text(glyph: str, scale: Scale, is_middle: bool, *, crowded: bool = False) -> str:
        if not is_middle:
            return " " * scale.cell_width
        before = (scale.cell_width - 1) // 2
        text = " " * before + glyph + ("+" if crowded else "")
        return text[: scale.cell_width].ljust(scale.cell_width)

    def _label(self) -> None:
        grid = self.game.mirror.grid
        room = shown(self.game.mirror.room or LOBBY, ascii_only=self.ascii_only)
        name = shown(self.game.follow.name, ascii_only=self.ascii_only)
        self.border_title = Content((room or "?") + (f", following {name}" if name else ""))
        times = "x" if self.ascii_only else "×"
        size = f"{grid.width}{times}{grid.height}"
        x, y = self.camera.origin
        self.border_subtitle = size if self.whole else f"{x},{y} of {size}"
        if isinstance(self.parent, Stage):  # which has the frame where there is a sidebar
            self.parent.border_subtitle = self.border_subtitle


def _tile(style: Style) -> Style:
    """A background with a tint of a player's colour, for cells of more than one line."""
    if style.color is None or style.bgcolor is None:
        return Style.null()
    background = Color.from_rich_color(style.bgcolor)
    tint = background.blend(Color.from_rich_color(style.color), _TINT)
    return Style(bgcolor=tint.rich_color)
