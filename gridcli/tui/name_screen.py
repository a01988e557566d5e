"""The dialog for one's name and symbol. Not here: becoming that (`gridcli.tui.actions.going`)."""

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gridcli.core.errors import BadInput
from gridcli.core.text import MAX_NAME, check_name

from .symbols import Symbols

_HINT = "Tab goes on, Enter takes both"


class Persona(NamedTuple):
    """Who one would like to be; empty where the server may choose."""

    name: str
    symbol: str


class NameScreen(ModalScreen[Persona | None]):
    """Asks for a name and a symbol; ends with both, or with None where one stays who one is.

    Args:
        name: the present name, fit to be drawn; empty where one has none.
        symbol: the present symbol.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", show=False),
        Binding("down", "app.focus_next", "symbols", show=False),
        Binding("up", "app.focus_previous", "name", show=False),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, name: str, symbol: str) -> None:
        super().__init__()
        self._name_now = name
        self._symbol_now = symbol

    def compose(self) -> ComposeResult:
        """A line for the name, a row of symbols, and a line for what is wrong."""
        with Vertical(id="persona", classes="dialog") as box:
            box.border_title = "who you are"
            box.border_subtitle = "Esc"
            yield Static("name", classes="dialog--label")
            yield Input(self._name_now, placeholder="your letter on the grid", max_length=MAX_NAME)
            yield Static("symbol", classes="dialog--label")
            yield Symbols(self._symbol_now, id="symbols")
            yield Static(_HINT, classes="dialog--hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the name."""
        event.stop()
        self._finish()

    def on_symbols_done(self, event: Symbols.Done) -> None:
        """Enter at the symbols."""
        event.stop()
        self._finish()

    def _finish(self) -> None:
        symbol = self.query_one(Symbols).chosen
        try:
            self.dismiss(Persona(check_name(self.query_one(Input).value), symbol))
        except BadInput as error:
            hint = self.query_one(".dialog--hint", Static)
            hint.update(Content(error.text))
            hint.add_class("-wrong")
