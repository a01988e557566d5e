"""The map of a grid that is not whole in view: beside the board, or over a corner of it.

Two widgets are of this kind, one for each place; which one is shown depends on the window. Not
here: what is on the map (`gridcli.tui.overview`), the key that hides it (`actions.watching`).
"""

from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.geometry import Size as Area
from textual.strip import Strip
from textual.widget import Widget

from gridcli.layout import WIDE_COLUMNS

from .board import Board
from .overview import Mark, Size, fit_map, overview

EACH_S = 0.2
"""A map changes so often at most: it is small, and who is where is seen on the board."""
BESIDE, OVER = "beside", "over"
_MOST_BESIDE, _MOST_OVER = 9, Size(22, 6)
"""The room for a map, without its frame: lines beside the board, columns and lines over it."""
_LEAST = Area(56, 15)
"""Over a smaller board it would hide more than it shows."""
_NEAR = 3
"""So many lines away from oneself it stays, and twice as many columns."""
_MANY = 3
"""From so many players on, a character of the map is bright."""


class Minimap(Widget):
    """A map of the grid. `place` says where it stands: `BESIDE` the board or `OVER` it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "minimap--few",
        "minimap--many",
        "minimap--own",
        "minimap--edge",
        "minimap--seen",
    }
    ALLOW_SELECT = False

    def __init__(
        self, board: Board, place: str, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.display = False
        self.border_title = "map"
        self.board = board
        self.game = board.game
        self.place = place
        self.ascii_only = ascii_only
        self.wanted = True
        self.late = False
        """Whether it is not up to date because it was drawn a moment ago."""
        self._rows: list[list[Mark]] = []
        self._drawn_s = float("-inf")
        self._area = Size(0, 1)
        self._corner = (-1, 1)
        """The sides of the board that it is at, when it is over it: left and right, up and down."""

    def redraw(self) -> None:
        """Bring the map up to date, or hide it where there is nothing to find on it."""
        board = self.board
        beside = self.app.size.width >= WIDE_COLUMNS
        is_shown = self.wanted and bool(board.size) and not board.whole
        if self.place == OVER:
            is_shown = is_shown and not beside and _holds(board.size, _LEAST)
        else:
            is_shown = is_shown and beside
        if is_shown != self.display:
            self.display = is_shown
            self._drawn_s = float("-inf")
            if self.place == BESIDE:
                self.screen.set_class(is_shown, "-mapped")
        now_s = self.game.clock()
        self.late = is_shown and now_s - self._drawn_s < EACH_S
        if not is_shown or self.late:
            return
        size = self._sized()
        if not size.columns:
            return  # not laid out yet
        self._drawn_s = now_s
        mirror, before = self.game.mirror, self._rows
        self._rows = overview(
            mirror.cells, mirror.cell, mirror.grid, board.window, size, ascii_only=self.ascii_only
        )
        if len(before) != len(self._rows):
            self.refresh()
        else:
            changed = [y for y, row in enumerate(self._rows) if row != before[y]]
            if changed:
                self.refresh(*(Region(0, y, size.columns, 1) for y in changed))
        if self.place == OVER:
            self._make_way()

    def get_content_width(self, container: Area, viewport: Area) -> int:
        """As wide as the map, where it is over the board."""
        return self._area.columns

    def get_content_height(self, container: Area, viewport: Area, width: int) -> int:
        """As high as the map."""
        return self._area.lines

    def on_resize(self) -> None:
        """There is another amount of room."""
        self._drawn_s = float("-inf")
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        width, base = self.size.width, self.rich_style
        row = self._rows[y] if y < len(self._rows) else []
        segments = [
            Segment("".join(mark.text for mark in run), self._style(*kind))
            for kind, run in groupby(row, _kind)
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _sized(self) -> Size:
        """The map's size; the widget is made as large."""
        grid = self.game.mirror.grid
        if self.place == OVER:
            size = fit_map(grid, _MOST_OVER)
        else:
            size = fit_map(grid, Size(self.size.width, _MOST_BESIDE))
        if size != self._area:
            self._area = size
            self.refresh(layout=True)
        return size

    def _style(self, kind: str, seen: bool) -> Style:
        style = self.rich_style
        if seen:
            style += self.get_component_rich_style("minimap--seen", partial=True)
        return style + self.get_component_rich_style(f"minimap--{kind}", partial=True)

    def _make_way(self) -> None:
        """Stand in a corner of the board that its player is not near."""
        if not isinstance(self.parent, Widget):
            return
        board, room, (width, height) = self.board, self.parent.content_size, self.outer_size
        away = (room.width - width) // 2, (room.height - height) // 2
        mirror, scale = self.game.mirror, board.scale
        if mirror.cell is not None:
            # The player's place, and the map's, from the middle of the board.
            x = (mirror.cell.x - board.camera.origin.x) * scale.cell_width - scale.width // 2
            y = (mirror.cell.y - board.camera.origin.y) * scale.cell_height - scale.height // 2
            across, down = self._corner
            if (
                abs(x - across * away[0]) < width // 2 + 2 * _NEAR
                and abs(y - down * away[1]) < height // 2 + _NEAR
            ):
                self._corner = (-1 if x > 0 else 1), (-1 if y > 0 else 1)
        offset = Offset(self._corner[0] * away[0], self._corner[1] * away[1])
        if self.offset != offset:
            self.offset = offset


def _kind(mark: Mark) -> tuple[str, bool]:
    if mark.own:
        return "own", mark.seen
    if mark.players:
        return ("many" if mark.players >= _MANY else "few"), mark.seen
    return "edge", mark.seen


def _holds(area: Area, least: Area) -> bool:
    return area.width >= least.width and area.height >= least.height
