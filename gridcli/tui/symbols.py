"""A row of the symbols that one can look like: arrows, letters or the mouse choose one.

Not here: the dialog around it (`gridcli.tui.name_screen`).
"""

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.protocol.names import SYMBOLS

_ANY = "any"
_CHOICES = (_ANY, *SYMBOLS)


class Symbols(Widget, can_focus=True):
    """The choice of a symbol; `chosen` is empty where any will do."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"symbols--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "before", show=False),
        Binding("right", "choose(1)", "next", show=False),
        Binding("enter", "done", "done", show=False),
    ]
    ALLOW_SELECT = False

    class Done(Message):
        """Enter was pressed."""

    def __init__(self, chosen: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._number = _CHOICES.index(chosen) if chosen in SYMBOLS and chosen else 0

    @property
    def chosen(self) -> str:
        """The symbol; empty where any will do."""
        return "" if self._number == 0 else _CHOICES[self._number]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as they take."""
        return max(line for line, _ in self._places(width)) + 1

    def render_line(self, y: int) -> Strip:
        """A line of symbols."""
        width, base = self.size.width, self.rich_style
        chosen = self.get_component_rich_style("symbols--chosen")
        segments: list[Segment] = []
        for number, (line, _) in enumerate(self._places(width)):
            if line == y:
                style = chosen if number == self._number else base
                segments += [Segment(f" {_CHOICES[number]} ", style)]
        return Strip(segments).adjust_cell_length(width, base)

    def action_choose(self, by: int) -> None:
        """The next one, or the one before."""
        self._choose((self._number + by) % len(_CHOICES))

    def action_done(self) -> None:
        """Enter."""
        self.post_message(self.Done())

    def on_key(self, event: Key) -> None:
        """A letter chooses itself."""
        letter = (event.character or "").upper()
        if letter and letter in SYMBOLS:
            event.stop()
            self._choose(_CHOICES.index(letter))

    def on_click(self, event: Click) -> None:
        """Choose what is beneath the mouse."""
        at = event.get_content_offset(self)
        if at is None:
            return
        for number, (line, column) in enumerate(self._places(self.size.width)):
            if line == at.y and column <= at.x < column + len(_CHOICES[number]) + 2:
                self._choose(number)

    def _choose(self, number: int) -> None:
        self._number = number
        self.refresh()

    @staticmethod
    def _places(width: int) -> list[tuple[int, int]]:
        """Line and column of each choice."""
        places, line, column = [], 0, 0
        for choice in _CHOICES:
            needed = len(choice) + 2
            if column and column + needed > width:
                line, column = line + 1, 0
            places.append((line, column))
            column += needed
        return places
