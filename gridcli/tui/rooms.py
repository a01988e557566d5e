"""The dialog to change the room: who is where, live; typing filters, or names a new one.

Not here: which rooms are offered (`room_list`), going there (`actions.going`).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gridcli.core.errors import BadInput, GridError, Refusal
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import RATE_LIMITED
from gridcli.core.text import MAX_ROOM, check_room

from .room_list import RoomList, may_be_asked_for

_EACH_S = 1.0
_NEW = "+"
"""Before the name of a room that is not there yet; no room's name has it."""
_HINT = "type to find a room, or to name a new one"
_NO_LIST = "this server has no list; type any room's name"

Ask = Callable[[], Awaitable[Sequence[RoomInfo]]]


class RoomScreen(ModalScreen[str | None]):
    """Asks for a room; ends with its name, or with None where one stays.

    Args:
        room: where one is.
        visited: rooms that one has been in.
        ask: gives the server's rooms; raises `Refusal` where it has no list of them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", show=False),
        Binding("up", "move('cursor_up')", "room above", show=False),
        Binding("down", "move('cursor_down')", "room below", show=False),
        Binding("pageup", "move('page_up')", "rooms above", show=False),
        Binding("pagedown", "move('page_down')", "rooms below", show=False),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self, room: str, visited: Sequence[str], ask: Ask, *, ascii_only: bool = False
    ) -> None:
        super().__init__()
        self.rooms = RoomList(room, visited)
        self._ask = ask
        self._ascii_only = ascii_only
        self._hint = _HINT
        self._shown: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """An input, the rooms, and a line for what is wrong."""
        with Vertical(id="rooms", classes="dialog") as self._box:
            self._box.border_title = "rooms"
            self._box.border_subtitle = "Esc"
            yield Input(placeholder="room", max_length=MAX_ROOM)
            self._list = OptionList(id="room-list")
            self._list.can_focus = False
            yield self._list
            yield Static(_HINT, classes="dialog--hint")

    def on_mount(self) -> None:
        """Show what is known, and ask for more from now on."""
        self.call_after_refresh(self._show)
        self._refresh()
        self.set_interval(_EACH_S, self._refresh)

    def on_resize(self) -> None:
        """Lines are cut elsewhere."""
        self.call_after_refresh(self._show)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Other rooms match now."""
        event.stop()
        self._say(self._hint)
        self._show(first=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the room that is marked, or a new one."""
        event.stop()
        number = self._list.highlighted
        if number is not None:
            self._choose(self._shown[number][0])
            return
        try:
            self.dismiss(check_room(event.value.strip()))
        except BadInput as error:
            self._say(error.text, wrong=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        self._choose(self._shown[event.option_index][0])

    def action_move(self, how: str) -> None:
        """Mark another room."""
        getattr(self._list, f"action_{how}")()

    def _choose(self, room: str) -> None:
        self.dismiss(None if room == self.rooms.here else room.removeprefix(_NEW))

    def _refresh(self) -> None:
        self.run_worker(self._take(), exclusive=True)

    async def _take(self) -> None:
        try:
            self.rooms.take(await self._ask())
        except Refusal as refusal:
            if refusal.code != RATE_LIMITED and self._hint != _NO_LIST:
                self._hint = _NO_LIST
                self._say(_NO_LIST)
            return
        except GridError:
            return  # the connection broke; the screen behind says so
        self._show()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        hint = self.query_one(".dialog--hint", Static)
        hint.update(Content(text))
        hint.set_class(wrong, "-wrong")

    def _show(self, *, first: bool = False) -> None:
        """Bring the list up to date; the mark stays on its room, or goes to the first one."""
        text = self.query_one(Input).value.strip()
        width = self._list.content_size.width - 2
        if width <= 0:
            return  # not laid out yet
        lines = {
            room: self.rooms.line(room, width, ascii_only=self._ascii_only)
            for room in self.rooms.matching(text)
        }
        shown = [(room, line.plain) for room, line in lines.items()]
        if text and text not in lines and may_be_asked_for(text):
            shown.append((_NEW + text, f"+ a new room: {text}"))
        if shown == self._shown and not first:
            return
        number, before = self._list.highlighted, self._shown
        marked = before[number][0] if number is not None and number < len(before) else ""
        rooms = [room for room, _ in shown]
        self._shown = shown
        self._list.set_options([Option(lines.get(room, plain)) for room, plain in shown])
        if rooms:
            self._list.highlighted = rooms.index(marked) if marked in rooms and not first else 0
        count = len(self.rooms)
        self._box.border_title = f"rooms {count}" if count > 1 else "rooms"
