"""The picker of emotes: a digit, a letter, the arrows or the mouse. Not here: showing them
(`gridcli.tui.emotes`), asking the server (`gridcli.tui.actions.talking`).
"""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from gridcli.core.protocol.names import EMOTES

from .emotes import emote_sign


class EmoteScreen(ModalScreen[str | None]):
    """Asks for an emote; ends with its word, or with None where nothing is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "back", show=False),
        *(
            Binding(f"{number},{emote[0]}", f"dismiss('{emote}')", emote, show=False, priority=True)
            for number, emote in enumerate(EMOTES, 1)
        ),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        """A list of them."""
        box = OptionList(
            *(
                Option(self._line(number, emote), id=emote)
                for number, emote in enumerate(EMOTES, 1)
            ),
            id="emotes",
            classes="dialog",
        )
        box.border_title = "show"
        box.border_subtitle = "Esc"
        yield box

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        self.dismiss(event.option.id)

    def _line(self, number: int, emote: str) -> Text:
        text = Text(f" {number}  ")
        text.append(emote_sign(emote, ascii_only=self._ascii_only), "bold")
        text.append("  ")
        text.append(emote[0], "bold underline")
        return text.append(emote[1:])
