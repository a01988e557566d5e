"""The event log and the line to say something.

The log wraps each entry once for a width and keeps the result; it stays at its end until one
scrolls back. Foreign text goes through `shown` and is never read as markup. Not here: what gets
into the log (`gridcli.tui.journal`).
"""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from gridcli.core.text import MAX_CHAT

from .game import Game
from .journal import Entry, Passed, Said, Told
from .palette import look, own_look, shown


class LogView(Widget):
    """Chat, arrivals and notices, the latest at the bottom."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--passed", "log--told", "log--warning"}

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.game = game
        self.ascii_only = ascii_only
        self._wrapped: dict[Entry, list[Strip]] = {}
        self._lines: list[Strip] = []
        self._width = 0
        self._back = 0
        """How many lines the view is scrolled back from the end."""

    def redraw(self) -> None:
        """Bring the log up to date with the journal."""
        width = self.size.width
        if width <= 0:
            return
        known = self._wrapped if width == self._width else {}
        self._width = width
        self._wrapped = {
            entry: known.get(entry) or self._wrap(entry, width) for entry in self.game.journal
        }
        count = len(self._lines)
        self._lines = [line for lines in self._wrapped.values() for line in lines]
        # Who reads older lines keeps seeing the same ones.
        self.scroll(len(self._lines) - count if self._back else 0)
        self.refresh()

    def scroll(self, back: int) -> None:
        """Scroll back by so many lines, as far as there are any; forth where negative."""
        furthest = max(len(self._lines) - self.size.height, 0)
        self._back = min(max(self._back + back, 0), furthest)
        self.refresh()

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.scroll(2)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.scroll(-2)

    def on_resize(self) -> None:
        """Lines wrap at another width."""
        self._back = 0
        self.redraw()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._wrapped = {}
        if self.is_mounted:
            self.redraw()

    def render_line(self, y: int) -> Strip:
        """One line of the terminal; where there are few, they stand at the bottom."""
        width, height = self.size
        index = len(self._lines) - height + y - self._back
        if not 0 <= index < len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._lines[index].adjust_cell_length(width, self.rich_style)

    def _wrap(self, entry: Entry, width: int) -> list[Strip]:
        text = self._text(entry)
        lines = text.wrap(self.app.console, width)
        return [Strip(line.render(self.app.console)).apply_style(self.rich_style) for line in lines]

    def _text(self, entry: Entry) -> Text:
        match entry:
            case Said(user_id, name, said):
                text = Text(end="")
                text.append(shown(name, ascii_only=self.ascii_only), self._colour(user_id))
                return text.append(" " + shown(said, ascii_only=self.ascii_only))
            case Passed():
                style, line = "log--passed", entry.text
            case Told(line, warning):
                style = "log--warning" if warning else "log--told"
        return Text(
            shown(line, ascii_only=self.ascii_only),
            self.get_component_rich_style(style),
            end="",
        )

    def _colour(self, user_id: str) -> Style:
        mirror, dark = self.game.mirror, self.app.current_theme.dark
        if user_id == mirror.user_id:
            return Style(color=own_look("", dark=dark).style.color, bold=True)
        return Style(color=look(user_id, "", dark=dark).style.color, bold=True)


class ChatInput(Input):
    """The line to say something; Esc gives the keys back to the grid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back to the grid"),
        # Without these the arrows would fall through to the grid and move the player.
        Binding("up,down,tab,shift+tab", "nothing", show=False),
    ]

    class Leave(Message):
        """The player is done with chatting."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            placeholder="arrows move, t chat, ? help",
            max_length=MAX_CHAT,
            select_on_focus=False,
            id=id,
        )

    def action_leave(self) -> None:
        """Esc."""
        self.post_message(self.Leave())

    def action_nothing(self) -> None:
        """A key that does nothing here."""
