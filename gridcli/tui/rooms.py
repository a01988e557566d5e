"""The dialog to change the room. Not here: going there (`gridcli.tui.app`)."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gridcli.core.errors import BadInput
from gridcli.core.protocol.names import LOBBY
from gridcli.core.text import MAX_ROOM, check_room

from .palette import shown


class RoomScreen(ModalScreen[str | None]):
    """Asks for a room; ends with its name, or with None where one stays.

    Args:
        room: where one is.
        visited: rooms that one has been in, offered with the arrow keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", show=False),
        Binding("up", "offer(-1)", "earlier room", show=False),
        Binding("down", "offer(1)", "later room", show=False),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, room: str, visited: Sequence[str]) -> None:
        super().__init__()
        self._room = room
        names = dict.fromkeys((LOBBY, *visited))
        self._offers = [name for name in names if name != room and _may_be_asked_for(name)]
        self._offered = -1

    def compose(self) -> ComposeResult:
        """An input, and a line for what is wrong with it."""
        with Vertical(id="rooms", classes="dialog") as box:
            box.border_title = "rooms"
            box.border_subtitle = "Esc"
            yield Static(Content(f"You are in {shown(self._room)}. Go to:"))
            yield Input(placeholder=LOBBY, max_length=MAX_ROOM)
            yield Static(self._hint(), classes="dialog--hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: an empty line means the lobby."""
        event.stop()
        try:
            self.dismiss(check_room(event.value.strip() or LOBBY))
        except BadInput as error:
            hint = self.query_one(".dialog--hint", Static)
            hint.update(Content(error.text))
            hint.add_class("-wrong")

    def action_offer(self, by: int) -> None:
        """The rooms that one has been in, one after another."""
        if self._offers:
            self._offered = (self._offered + by) % len(self._offers)
            field = self.query_one(Input)
            field.value = self._offers[self._offered]
            field.cursor_position = len(field.value)

    def _hint(self) -> Content:
        if not self._offers:
            return Content("each room is a grid of its own")
        return Content(f"up/down: {', '.join(shown(name) for name in self._offers[:4])}")


def _may_be_asked_for(room: str) -> bool:
    """Whether a room that a server said we were in is a name as people may type it."""
    try:
        check_room(room)
    except BadInput:
        return False
    return True
