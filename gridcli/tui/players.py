"""Who is here, in the sidebar: oneself first, then who did something last; in a game by points.

Draws as many lines as there is room for and says how many more there are; the wheel shows those.
Only lines that changed are drawn again. Not here: order and notes (`roster`), what players look
like (`palette`).
"""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.protocol.rounds import Phase

from .game import Game
from .palette import fitted, look, own_look, shown
from .roster import Roster, Row
from .standing import clock

_FOLLOWED = Style(bold=True)


class Players(Widget):
    """The list of the room's players."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "players--own",
        "players--more",
        "players--idle",
        "players--it",
    }
    ALLOW_SELECT = False

    class Picked(Message):
        """A player was clicked on."""

        def __init__(self, user_id: str) -> None:
            super().__init__()
            self.user_id = user_id

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.game = game
        self.ascii_only = ascii_only
        self.roster = Roster(game)
        self._top = 0
        """How many players are scrolled out at the top."""
        self._lines: list[Row | str] = []
        """What each line shows: a player, or how many more there are."""
        self._drawn: tuple[object, ...] = ()

    @property
    def order(self) -> list[str]:
        """The players' ids as they are listed."""
        return self.roster.order

    def redraw(self) -> None:
        """Bring the list up to date; cheap when nothing changed."""
        self.roster.bring_up_to_date()
        if not self.display or not self.size:
            return
        title, subtitle = self._titles()
        if (title, subtitle) != (self.border_title, self.border_subtitle):
            self.border_title, self.border_subtitle = title, subtitle
        before, self._lines = self._lines, self._fitting()
        about = (self.game.mirror.user_id, self.game.follow.user_id)
        if about != self._drawn or len(before) != len(self._lines):
            self._drawn = about
            self.refresh()
            return
        changed = [y for y, line in enumerate(self._lines) if line != before[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def on_resize(self) -> None:
        """There is room for more lines, or for fewer."""
        self.redraw()

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self._scroll(2)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self._scroll(-2)

    def on_click(self, event: Click) -> None:
        """Say who that was."""
        at = event.get_content_offset(self)
        line = self._lines[at.y] if at is not None and at.y < len(self._lines) else ""
        if isinstance(line, Row):
            self.post_message(self.Picked(line.user_id))

    def render_line(self, y: int) -> Strip:
        """One player, or how many more there are."""
        width, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[y]
        if isinstance(line, str):
            style = self.get_component_rich_style("players--more")
            return Strip([Segment(fitted(line, width), style)], width)
        dark, is_own = self.app.current_theme.dark, line.user_id == self.game.mirror.user_id
        style, marker = base, " "
        if is_own:
            face = own_look(line.symbol, dark=dark, ascii_only=self.ascii_only)
            style = self.get_component_rich_style("players--own")
            marker = ">" if self.ascii_only else "▸"
        else:
            face = look(line.user_id, line.symbol, dark=dark, ascii_only=self.ascii_only)
            if line.is_idle and not line.place:
                style = self.get_component_rich_style("players--idle")
        if not is_own and line.user_id == self.game.follow.user_id:
            marker = "*" if self.ascii_only else "»"
            style += _FOLLOWED
        first = f"{marker}{line.place:>2} " if line.place else f"{marker} "
        note = f" {line.note}" if line.note else ""
        mark = " it " if line.is_it else ""
        room = max(width - len(first) - 1 - cell_len(note) - len(mark), 0)
        name = fitted(f" {self._called(line, is_own)}", room, ascii_only=self.ascii_only)
        return Strip(
            [
                Segment(first, style),
                Segment(face.glyph, base + face.style),
                Segment(name, style),
                Segment(mark, self.get_component_rich_style("players--it")),
                Segment(note, style),
            ]
        ).adjust_cell_length(width, base)

    def _called(self, row: Row, is_own: bool) -> str:
        name = shown(row.name, ascii_only=self.ascii_only)
        if not is_own:
            return name
        return "you" if name == row.symbol else f"{name} (you)"

    def _fitting(self) -> list[Row | str]:
        """As many lines as there is room for; oneself is always among them."""
        order, height = self.roster.order, self.size.height
        self._top = max(min(self._top, len(order) - height + 1), 0)
        window = order[self._top : self._top + height]
        below = len(order) - self._top - len(window)
        if not below or height < 2:
            return [*self.roster.rows(window)]
        own_id = self.game.mirror.user_id
        if own_id in order[self._top + height - 1 :] and not self._top and height > 2:
            rows = self.roster.rows([*window[: height - 2], own_id])
            more = len(order) - height + 1
            return [*rows[:-1], f"  and {more} more", rows[-1]]
        return [*self.roster.rows(window[:-1]), f"  and {below + 1} more"]

    def _titles(self) -> tuple[str, str]:
        count = len(self.roster.order)
        standing = self.game.standing
        contest, left_s = standing.contest, standing.left_s(self.game.clock())
        if contest is None:
            return f"players {count}", ""
        players = f"{count} player{'s' if count != 1 else ''}"
        if contest.phase is Phase.WAITING:
            return f"{contest.mode} waits", players
        when = "" if left_s is None else f" {clock(left_s)}"
        word = " next" if contest.phase is Phase.PODIUM else ""
        return f"{contest.mode}{word}{when}", f"round {contest.number}, {players}"

    def _scroll(self, by: int) -> None:
        self._top += by
        self.redraw()
