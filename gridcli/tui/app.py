"""The screen of `gridcli play`: composes the widgets and routes keys and changes to them.

One timer redraws what the model marked as changed. Not here: what changed (`gridcli.tui.game`),
drawing (`board`, `players`, `chat`, `status`), style (`app.tcss`), connecting (`session`).
"""

import os
from collections.abc import Awaitable, Iterable, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input, Static

from gridcli.core.errors import GridError, Refusal
from gridcli.core.geometry import Direction
from gridcli.core.protocol.names import LOBBY
from gridcli.link.states import Offline, Refused

from .automove import AutoMove
from .board import Board, Stage
from .chat import ChatInput, LogView
from .game import Game, Part
from .help import HelpScreen
from .keys import BINDINGS
from .palette import shown
from .players import Players
from .rooms import RoomScreen
from .status import StatusLine
from .theme import NIGHT

FRAMES_PER_SECOND = 25
_PING_EACH_S = 2.0
_GREETING_S = 10.0
_OF_THE_GRID = frozenset({"move", "chat", "rooms", "follow", "help", "rejoin"})
_LEAST_SIZE = "40x12"
# The classes that `app.tcss` lays the screen out by, each from a size on.
_WIDTHS: list[tuple[int, str]] | None = [(0, "-tiny"), (40, "-compact"), (100, "-wide")]
_HEIGHTS: list[tuple[int, str]] | None = [(0, "-flat"), (12, "-low"), (32, "-tall")]
_PANS = {
    Direction.UP: (0, -1),
    Direction.DOWN: (0, 1),
    Direction.LEFT: (-1, 0),
    Direction.RIGHT: (1, 0),
}


class PlayApp(App[None]):
    """One player's screen over a game whose link is open.

    Args:
        game: the model; its link was given already.
        auto_move: takes steps by itself.
        ascii_only: draw with ASCII characters alone.
        greeting: said in a toast, line by line, once the screen is there.
    """

    TITLE = "gridcli"
    CSS_PATH = "app.tcss"
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(
        self,
        game: Game,
        *,
        auto_move: AutoMove | None = None,
        ascii_only: bool = False,
        greeting: Sequence[str] = (),
    ) -> None:
        # With NO_COLOR the terminal's own two colours are left alone; bold and reverse remain.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.game = game
        self.ascii_only = ascii_only
        self._auto_move = auto_move
        self._greeting = greeting
        self._visited: list[str] = []
        self._pinging = False
        self.register_theme(NIGHT)
        self.theme = NIGHT.name

    def compose(self) -> ComposeResult:
        """Every part of the screen; the style sheet places them for the size there is."""
        game, ascii_only = self.game, self.ascii_only
        self.board = Board(game, ascii_only=ascii_only, id="board")
        self.players = Players(game, ascii_only=ascii_only, id="players")
        self.log_view = LogView(game, ascii_only=ascii_only, id="log")
        self.chat_input = ChatInput(id="say")
        self.status = StatusLine(game, ascii_only=ascii_only, id="status")
        with Stage(id="stage"):
            yield self.board
        yield self.players
        yield self.log_view
        yield self.chat_input
        yield self.status
        yield Static(f"gridcli needs a window of {_LEAST_SIZE}", id="too-small")

    def on_mount(self) -> None:
        """Draw everything once, then start what goes on by itself."""
        self.screen.set_class(self.ascii_only, "-ascii")
        self.log_view.border_title = "events and chat"
        if self._greeting:
            self.notify("\n".join(self._greeting), timeout=_GREETING_S, markup=False)
            for line in reversed(self._greeting):  # the first is what a small log should show
                self.game.tell(line)
        self.redraw()
        self.set_interval(1 / FRAMES_PER_SECOND, self.redraw)
        self.set_interval(_PING_EACH_S / 2, self._ping)
        if self._auto_move is not None:
            self.run_worker(self._auto_move.run(self.game.mirror, self.game.step))

    def redraw(self) -> None:
        """Draw what changed since the last time, once, however much it was."""
        dirty = self.game.take_dirty()
        if Part.WORLD in dirty:
            self.board.redraw()
        if Part.PEOPLE in dirty:
            self.players.redraw()
        if Part.LOG in dirty:
            self.log_view.redraw()
        if Part.STATUS in dirty or not self.game.live:  # a countdown runs without any change
            self.status.redraw()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What Ctrl+P offers."""
        yield SystemCommand("Chat", "Say something to the room", self.action_chat)
        yield SystemCommand("Rooms", "Go to another room", self.action_rooms)
        yield SystemCommand("Follow", "Let go of the camera, or take it back", self.action_follow)
        yield SystemCommand("Help", "Keys and words", self.action_help)
        yield SystemCommand("Theme", "Other colours for the screen", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save the screen as SVG", self.deliver_screenshot)
        yield SystemCommand("Quit", "Leave the game", self.action_quit)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the grid are inert while an input has the focus."""
        if action in _OF_THE_GRID and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_move(self, word: str) -> None:
        """A step; or, where the camera was let go, a look to that side."""
        direction = Direction(word)
        if self.game.spectate or not self.board.follow:
            self.board.pan(*_PANS[direction])
        else:
            self.game.step(direction)

    def action_follow(self) -> None:
        """Let go of the camera, or have it follow again."""
        if self.board.follow and self.board.whole:
            self.notify("The whole grid is in view.", markup=False)
            return
        self.board.follow = not self.board.follow
        self.board.redraw()

    def action_chat(self) -> None:
        """Give the keys to the chat."""
        self.chat_input.focus()

    def on_chat_input_leave(self) -> None:
        """Give the keys back to the grid."""
        self.screen.set_focus(None)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the chat: say it, and give the keys back."""
        self.screen.set_focus(None)
        text = event.value.strip()
        event.input.clear()
        if text:
            self.run_worker(self._ask(self.game.link.say(text)))

    def action_rooms(self) -> None:
        """Ask for a room and go there."""
        self.push_screen(RoomScreen(self.game.mirror.room or LOBBY, self._visited), self._go_to)

    def _go_to(self, room: str | None) -> None:
        if room is not None and room != self.game.mirror.room:
            self._visited.insert(0, self.game.mirror.room or LOBBY)
            self.run_worker(self._ask(self.game.link.go_to(room)))

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(HelpScreen())

    def action_scroll_log(self, pages: int) -> None:
        """Older or newer lines."""
        self.log_view.scroll(-pages * max(self.log_view.size.height - 1, 1))

    def action_rejoin(self) -> None:
        """Connect again after the link has given up, or was refused."""
        if isinstance(self.game.link.state, Offline | Refused):
            self.run_worker(self._ask(self.game.link.open()), group="rejoin", exclusive=True)

    def _ping(self) -> None:
        game = self.game
        if game.live and not self._pinging and game.pulse.idle(game.clock(), _PING_EACH_S):
            self._pinging = True
            self.run_worker(self._probe())

    async def _probe(self) -> None:
        try:
            self.game.pinged(await self.game.link.probe())
        except GridError:
            pass  # the connection broke meanwhile; its state says so on the screen
        finally:
            self._pinging = False

    async def _ask(self, request: Awaitable[None]) -> None:
        """Await a request; a refusal becomes a toast and a line of the log."""
        try:
            await request
        except GridError as error:
            text = shown(error.text if isinstance(error, Refusal) else str(error))
            self.game.tell(text, warning=True)
            self.notify(text, severity="warning", markup=False)
