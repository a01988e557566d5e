"""The event log and the line to say something.

The log wraps each entry once for a width and keeps the result; it stays at its end until one
scrolls back, and says then how much is new below. Foreign text goes through `shown` and is never
read as markup. Not here: what gets into the log (`gridcli.tui.journal`).
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from gridcli.core.text import MAX_CHAT

from .game import Game
from .journal import Entry, Heading, Passed, Said, Told, mention_pattern
from .keys import Keys
from .palette import look, own_look, shown


class LogView(Widget):
    """Chat, arrivals and notices, the latest at the bottom."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log--passed",
        "log--told",
        "log--warning",
        "log--earlier",
        "log--mention",
        "log--more",
    }

    def __init__(
        self, game: Game, keys: Keys, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.game = game
        self._newer_key = keys.first("newer", ascii_only=ascii_only)
        self.ascii_only = ascii_only
        self._wrapped: dict[Entry, list[Strip]] = {}
        self._lines: list[Strip] = []
        self._width = 0
        self._back = 0
        """How many lines the view is scrolled back from the end."""
        self._new = 0
        """How many entries have come since it was scrolled back."""

    def redraw(self) -> None:
        """Bring the log up to date with the journal."""
        width = self.size.width
        if width <= 0:
            return
        if self._back:
            self._new += sum(1 for entry in self.game.journal if entry not in self._wrapped)
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
        if not self._back:
            self._new = 0
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
        self._width = 0  # so that every entry is drawn anew
        if self.is_mounted:
            self.redraw()

    def render_line(self, y: int) -> Strip:
        """One line of the terminal; where there are few, they stand at the bottom."""
        width, height = self.size
        index = len(self._lines) - height + y - self._back
        if not 0 <= index < len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[index].adjust_cell_length(width, self.rich_style)
        return self._with_hint(line) if self._back and y == height - 1 else line

    def _with_hint(self, line: Strip) -> Strip:
        """The last line of those that are seen, with what there is below it."""
        what = f"{self._new} new" if self._new else "more"
        hint = f" {what} below: {self._newer_key} " if self._newer_key else f" {what} below "
        style = self.get_component_rich_style("log--more")
        before = max(line.cell_length - len(hint), 0)
        return Strip.join([line.crop(0, before), Strip([Segment(hint, style)])]).adjust_cell_length(
            line.cell_length
        )

    def _wrap(self, entry: Entry, width: int) -> list[Strip]:
        text = self._text(entry)
        lines = text.wrap(self.app.console, width)
        return [Strip(line.render(self.app.console)).apply_style(self.rich_style) for line in lines]

    def _text(self, entry: Entry) -> Text:
        match entry:
            case Said():
                return self._said(entry)
            case Heading(line):
                style, line = "log--passed", self._rule(line)
            case Passed():
                style, line = "log--passed", entry.text
            case Told(line, warning):
                style = "log--warning" if warning else "log--told"
        return Text(
            shown(line, ascii_only=self.ascii_only),
            self.get_component_rich_style(style),
            end="",
        )

    def _said(self, entry: Said) -> Text:
        """A chat line; what was said earlier is faint, and one's own name stands out."""
        name = shown(entry.name, ascii_only=self.ascii_only)
        said = shown(entry.text, ascii_only=self.ascii_only)
        faint = self.get_component_rich_style("log--earlier") if entry.earlier else Style.null()
        text = Text(end="", style=faint)
        text.append(f"<{name}>", self._colour(entry.user_id))
        if entry.earlier:
            text.stylize(Style(bold=False))
        text.append(f" {said}")
        if entry.mention:
            text.highlight_regex(
                mention_pattern(self.game.mirror.name),
                self.get_component_rich_style("log--mention"),
            )
        return text

    def _rule(self, heading: str) -> str:
        """A heading in a line across the log."""
        edge = "-" if self.ascii_only else "─"
        return f" {shown(heading)} ".center(self._width, edge)

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

    def __init__(self, keys: Keys, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(
            placeholder=_placeholder(keys, ascii_only=ascii_only),
            max_length=MAX_CHAT,
            select_on_focus=False,
            id=id,
        )

    def action_leave(self) -> None:
        """Esc."""
        self.post_message(self.Leave())

    def action_nothing(self) -> None:
        """A key that does nothing here."""


def _placeholder(keys: Keys, *, ascii_only: bool) -> str:
    hints = {word: key for key, word in keys.hints(ascii_only=ascii_only)}
    return ", ".join(f"{hints[word]} {word}" for word in ("move", "chat", "help") if word in hints)
