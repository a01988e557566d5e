"""The help: keys, and what the status line says. Not here: the keys themselves (`keys`)."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

_MOUSE = (("click, drag", "walk there; on a name, follow them"),)
_WORDS = (
    ("seen", "from your step until the state with it arrived"),
    ("ping", "the server's answer to a question, while you stand still"),
    ("B+", "more than one player on that cell"),
)


class HelpScreen(ModalScreen[None]):
    """Keys and words; any of a few keys closes it.

    Args:
        keys: what keys do, as rows of the keys and their meaning.
        own_keys: those that opened it, and close it again.
        mouse: the same as `keys` of the mouse.
        words: what is to be seen on the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "back", show=False),
    ]

    def __init__(
        self,
        keys: Sequence[tuple[str, str]],
        own_keys: Sequence[str],
        mouse: Sequence[tuple[str, str]] = _MOUSE,
        words: Sequence[tuple[str, str]] = _WORDS,
    ) -> None:
        super().__init__()
        self._keys = [*keys, *mouse]
        self._own_keys = own_keys
        self._words = words

    def on_key(self, event: Key) -> None:
        """The key that opened it."""
        if event.key in self._own_keys:
            event.stop()
            self.dismiss()

    def compose(self) -> ComposeResult:
        """A table of keys, then of words."""
        with VerticalScroll(id="help", classes="dialog") as box:
            box.border_title = "help"
            box.border_subtitle = "Esc"
            yield Static(_table(self._keys), markup=False)
            yield Static("on the screen", classes="dialog--heading")
            yield Static(_table(self._words), markup=False)


def _table(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for key, meaning in rows:
        table.add_row(Text(key, style="bold"), Text(meaning))
    return table
