"""Who is here: oneself first, then the others by name.

Draws as many lines as there is room for and says how many more there are, so its cost does not
grow with the room. Not here: what players look like (`gridcli.tui.palette`).
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from .game import Game
from .palette import fitted, look, own_look, shown

_FOLLOWED = Style(bold=True)


class Players(Widget):
    """The list of the room's players."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"players--own", "players--more"}
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
        self.order: list[str] = []
        """The players' ids as they are listed."""

    def redraw(self) -> None:
        """Bring the list up to date with the mirror."""
        mirror = self.game.mirror
        others = [user_id for user_id in mirror.who if user_id != mirror.user_id]
        others.sort(key=lambda user_id: (mirror.who[user_id].name.casefold(), user_id))
        self.order = [mirror.user_id] if mirror.user_id in mirror.who else []
        self.order += others
        self.border_title = f"players {len(self.order)}"
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Say who that was."""
        at = event.get_content_offset(self)
        if at is not None and at.y < len(self.order) - self._hidden:
            self.post_message(self.Picked(self.order[at.y]))

    @property
    def _hidden(self) -> int:
        """How many there is no line for: the last line says so."""
        height = self.size.height
        return len(self.order) - height + 1 if len(self.order) > height else 0

    def render_line(self, y: int) -> Strip:
        """One player, or how many more there are."""
        width, height = self.size
        base = self.rich_style
        if y >= len(self.order):
            return Strip.blank(width, base)
        if y == height - 1 and self._hidden:
            more = f"  and {self._hidden} more"
            style = self.get_component_rich_style("players--more")
            return Strip([Segment(fitted(more, width), style)], width)
        mirror, user_id = self.game.mirror, self.order[y]
        who = mirror.who.get(user_id)
        if who is None:  # left since the list was ordered; the next redraw is on its way
            return Strip.blank(width, base)
        dark, is_own = self.app.current_theme.dark, user_id == mirror.user_id
        if is_own:
            face = own_look(who.symbol, dark=dark, ascii_only=self.ascii_only)
            name_style = self.get_component_rich_style("players--own")
        else:
            face = look(user_id, who.symbol, dark=dark, ascii_only=self.ascii_only)
            name_style = base
        name = shown(who.name, ascii_only=self.ascii_only)
        if is_own:
            name = "you" if name == who.symbol else f"{name} (you)"
        marker = " "
        if is_own:
            marker = ">" if self.ascii_only else "▸"
        elif user_id == self.game.follow.user_id:
            marker = "*" if self.ascii_only else "»"
            name_style += _FOLLOWED
        return Strip(
            [
                Segment(f"{marker} ", name_style),
                Segment(face.glyph, base + face.style),
                Segment(
                    fitted(f" {name}", max(width - 3, 0), ascii_only=self.ascii_only), name_style
                ),
            ]
        ).adjust_cell_length(width, base)
