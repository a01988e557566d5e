"""The grid, drawn line by line.

`redraw` composes what every cell shows, compares it with what it showed, and marks the runs that
changed; `render_line` makes as few segments as there are runs of one style. Not here: when to
redraw (`gridcli.tui.app`), which cells are in view (`camera`) and around whom (`follow`), what a
cell shows (`layers`), what that looks like (`brush`), what the mouse does (`actions.walking`).
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.containers import Container
from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.geometry import Cell
from gridcli.core.protocol.names import LOBBY

from .brush import Brush, Ground
from .camera import Camera, Scale, fit
from .damage import damage
from .emotes import ring_at
from .game import Game
from .innards import forget_regions
from .layers import FOLLOWED, IT, Bubble, Room, Rows, Window, compose
from .palette import shown
from .pointing import Pointing
from .trails import Trails


class Stage(Container):
    """The space that the board may take; the board is in its middle."""

    def on_resize(self) -> None:
        """There is another amount of room."""
        self.query_one(Board).refit()


class Board(Pointing):
    """The part of the room's grid around the player."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"board--cell", "board--goal"}
    ALLOW_SELECT = False

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.game = game
        self.ascii_only = ascii_only
        self.frames = 0
        """How often the board was redrawn; a burst of updates costs one."""
        self.camera = Camera()
        self._trails = Trails()
        self._rows: Rows = {}
        self._scale = Scale(1, 1, 1, 1)
        self._window = Window(1, 1, 2, 2)
        self._brush: Brush | None = None
        self._drawn: tuple[object, ...] = ()

    @property
    def scale(self) -> Scale:
        """The size of the cells as they are drawn now."""
        return self._scale

    @property
    def whole(self) -> bool:
        """Whether the whole grid is in view."""
        grid, scale = self.game.mirror.grid, self._scale
        return scale.columns >= grid.width and scale.rows >= grid.height

    @property
    def window(self) -> Window:
        """The cells in view."""
        return self._window

    @property
    def moving(self) -> bool:
        """Whether time alone will change what is drawn."""
        return self._trails.fading or bool(self.game.emotes)

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
        mirror = self.game.mirror
        scale = self._scale = fit(mirror.grid, *self.size)
        subject = mirror.cells.get(self.game.follow.subject(mirror.user_id))
        if subject is not None:
            self.camera.follow(subject, mirror.grid, scale)
        else:
            self.camera.pan(0, 0, mirror.grid, scale)  # back onto a grid that became smaller
        left, top = self.camera.origin
        self._window = Window(left, top, left + scale.columns, top + scale.rows)
        whose = (mirror.grid, mirror.room, mirror.user_id)
        if self._drawn[:1] != (whose,):
            self._trails.forget()
        rows = self._composed(scale)
        frame = (whose, self.camera.origin, scale, self.game.live, self.game.follow.name)
        if frame == self._drawn:
            self._refresh_runs(rows, scale)
            return
        other_grid = not self._drawn or self._drawn[0] != whose
        self._rows, self._drawn, self._brush = rows, frame, None
        self._label()
        self.refresh()
        if other_grid:
            self.refit()

    def cell_at(self, x: int, y: int) -> Cell | None:
        """The cell of the grid that is drawn at a column and line of the board's content.

        Both count from 0 inside the frame, as `MouseEvent.get_content_offset` gives them. None
        where there is no cell: on the frame, and beside a grid smaller than the window.
        """
        scale, origin = self._scale, self.camera.origin
        if not (0 <= x < scale.width and 0 <= y < scale.height):
            return None
        return Cell(origin.x + x // scale.cell_width, origin.y + y // scale.cell_height)

    def nearest_cell(self, x: int, y: int) -> Cell:
        """The same, or from outside the cell that is nearest to there."""
        scale = self.scale
        found = self.cell_at(min(max(x, 0), scale.width - 1), min(max(y, 0), scale.height - 1))
        assert found is not None
        return found

    def jumped(self) -> None:
        """It is another time: nobody has walked from where they were to where they are now."""
        self._trails.forget()

    def pan(self, dx: int, dy: int) -> None:
        """Look elsewhere; the camera stays there until it is to follow somebody again."""
        self.game.follow.let_go()
        self.camera.pan(dx, dy, self.game.mirror.grid, self.scale)
        self.redraw()

    def on_resize(self) -> None:
        """Another window shows another part of the grid."""
        self.redraw()
        self.game.looks_elsewhere()  # which the map shows, too

    def refit(self) -> None:
        """There is another amount of room, or another grid."""
        if isinstance(self.parent, Widget):
            self.frame_in(self.parent.content_size)
            self.refresh(layout=True)

    def frame_in(self, room: Size) -> None:
        """Give up the frame where the cells are drawn larger without it, as on 80 by 24."""
        grid = self.game.mirror.grid
        framed, bare = fit(grid, room.width - 2, room.height - 2), fit(grid, *room)
        self.set_class(bare.cell_height > framed.cell_height, "-bare")

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._brush = None
        super().notify_style_update()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """All but the one that looks for named colours: there are none on the board."""
        return [f for f in super().get_line_filters() if not isinstance(f, ANSIToTruecolor)]

    def render_line(self, y: int) -> Strip:
        """One line of the terminal."""
        brush, scale, window = self._brush or self._new_brush(), self._scale, self._window
        line, part = divmod(y, scale.cell_height)
        row = window.top + line
        spots = self._rows.get(row, {})
        segments: list[Segment] = []
        at, end = window.left, window.right
        for x in sorted(spots):
            if x > at:
                segments += brush.nothing(at, row, x - at, part)
            segments += brush.spot(spots[x], part)
            at = x + 1
        if at < end:
            segments += brush.nothing(at, row, end - at, part)
        return Strip(segments, scale.width)

    def _composed(self, scale: Scale) -> Rows:
        game, mirror, now_s = self.game, self.game.mirror, self.game.clock()
        self._trails.see(mirror.cells, now_s)
        contest = mirror.contest
        marks = {game.follow.user_id: FOLLOWED} if game.follow.user_id else {}
        if contest is not None and contest.it:
            marks[contest.it] = IT
        return compose(
            Room(
                mirror.cells,
                mirror.user_id,
                paint=contest.paint if contest is not None else {},
                marks=marks,
                goal=game.walk.goal,
                trails=self._trails.now(now_s),
                emotes={
                    user_id: Bubble(emote, ring_at(now_s - since_s))
                    for user_id, (emote, since_s) in game.emotes.shown.items()
                },
            ),
            self._window,
            brackets=max(3 - scale.cell_width, 0),
        )

    def _refresh_runs(self, rows: Rows, scale: Scale) -> None:
        before, self._rows = self._rows, rows
        (left, top), width, height = self.camera.origin, scale.cell_width, scale.cell_height
        regions = [
            Region((run.left - left) * width, (run.y - top) * height,
                   (run.right - run.left) * width, height)
            for run in damage(before, rows)
        ]  # fmt: skip
        if regions:
            forget_regions(self)
            self.refresh(*regions)

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

    def _new_brush(self) -> Brush:
        mirror = self.game.mirror
        dots, goal = (
            self.get_component_styles(f"board--{name}").color for name in ("cell", "goal")
        )
        self._brush = Brush(
            Ground(self.background_colors[1], dots, goal,
                   dark=self.app.current_theme.dark),
            self._scale,
            mirror,
            ascii_only=self.ascii_only,
            stale=not self.game.live,
        )  # fmt: skip
        return self._brush
