"""The screen of `gridcli play`: composes the widgets and redraws them when the model changed.

What the model marked as changed is drawn in frames. Not here: when (`frames`), what keys do
(`actions`), which keys there are (`keys`), what changed (`game`), drawing (`board`, `players`,
`chat`, `status`), style (`app.tcss`), connecting (`session`).
"""

import os
import time
from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from gridcli.core.errors import GridError
from gridcli.layout import LEAST_COLUMNS, LEAST_LINES, TALL_LINES, WIDE_COLUMNS
from gridcli.link.company import Company

from .actions.going import Going
from .actions.hosting import Hosting
from .actions.looking import Looking
from .actions.spectating import Spectating
from .actions.talking import EMOTES_PER_SECOND, Talking
from .automove import AutoMove
from .banner import Banner
from .board import Board, Stage
from .chat import ChatInput, LogView
from .frames import Frames
from .game import Game, Part
from .innards import NarrowScreen
from .keys import Keys
from .minimap import BESIDE, OVER, Minimap
from .offer import Offer
from .players import Players
from .podium import Podium
from .status import StatusLine, TitleRow
from .theme import THEMES
from .throttle import Throttle

FRAMES_PER_SECOND = 30
_COUNT_EACH_S = 0.2
_PING_EACH_S = 2.0
_GREETING_S = 10.0
_LINES_BELOW, _LINES_BELOW_TALL = 4, 8
"""What log, chat and status take beneath the board, as `app.tcss` has it."""
_LEAST_SIZE = f"{LEAST_COLUMNS}x{LEAST_LINES}"
# The classes that `app.tcss` lays the screen out by, each from a size on.
_WIDTHS: list[tuple[int, str]] | None = [
    (0, "-tiny"),
    (LEAST_COLUMNS, "-compact"),
    (WIDE_COLUMNS, "-wide"),
]
_HEIGHTS: list[tuple[int, str]] | None = [
    (0, "-flat"),
    (LEAST_LINES, "-low"),
    (TALL_LINES, "-tall"),
]


class PlayApp(Spectating, Talking, Going, Looking, Hosting):
    """One player's screen over a game whose link is open.

    Args:
        game: the model; its link was given already.
        keys: which keys do what.
        company: has bots come and go; None where there are none to be had.
        auto_move: takes steps by itself.
        ascii_only: draw with ASCII characters alone.
        theme: a name of `THEMES`.
        greeting: said in a toast, line by line, once the screen is there.
    """

    TITLE = "gridcli"
    COMMAND_PALETTE_BINDING = ""  # it is in the table of keys, like everything else
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "dialogs.tcss"]
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    # Nobody can change this one, so that there is always a way out, also of a dialog.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit", show=False, priority=True)
    ]

    def __init__(
        self,
        game: Game,
        *,
        keys: Keys | None = None,
        company: Company | None = None,
        auto_move: AutoMove | None = None,
        ascii_only: bool = False,
        theme: str = "dark",
        greeting: Sequence[str] = (),
    ) -> None:
        self.keys = keys or Keys()
        # With NO_COLOR the terminal's own two colours are left alone; bold and reverse remain.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.game = game
        self.ascii_only = ascii_only
        self.company = company
        self._auto_move = auto_move
        self._greeting = greeting
        self.visited = []
        self._shown_until = {}
        self._emotes = Throttle(EMOTES_PER_SECOND)
        self._pinging = False
        self._of_the_grid = self.keys.of_the_grid()
        for key, call in self.keys.bindings():
            self.bind(key, call)
        self._frames = Frames(self, game, self._draw, FRAMES_PER_SECOND, time.monotonic)
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name

    def compose(self) -> ComposeResult:
        """Every part of the screen; the style sheet places them for the size there is."""
        game, ascii_only = self.game, self.ascii_only
        self.board = Board(game, ascii_only=ascii_only, id="board")
        below = _LINES_BELOW_TALL if self.size.height >= TALL_LINES else _LINES_BELOW
        self.board.frame_in(self.size - (0, below))  # or it would be laid out again when it is seen
        self.title_row = TitleRow(game, self.keys, ascii_only=ascii_only, id="title")
        self.podium = Podium(game, ascii_only=ascii_only, id="podium")
        self.banner = Banner(game, self.keys, ascii_only=ascii_only, id="banner")
        self.players = Players(game, ascii_only=ascii_only, id="players")
        self.log_view = LogView(game, self.keys, ascii_only=ascii_only, id="log")
        self.chat_input = ChatInput(self.keys, ascii_only=ascii_only, id="say")
        self.status = StatusLine(game, self.keys, ascii_only=ascii_only, id="status")
        self.offer = Offer(id="offer")
        self.maps = [
            Minimap(self.board, place, ascii_only=ascii_only, id=f"map-{place}")
            for place in (BESIDE, OVER)
        ]
        with Vertical(id="field"):
            yield self.title_row
            with Stage(id="stage"):
                yield self.board
                yield self.maps[1]
                yield self.offer
                yield self.podium
                yield self.banner
        yield self.players
        yield self.maps[0]
        yield self.log_view
        yield self.chat_input
        yield self.status
        yield Static(f"gridcli needs a window of {_LEAST_SIZE}", id="too-small")

    def get_default_screen(self) -> Screen[None]:
        """The screen that everything is on."""
        return NarrowScreen()

    def on_mount(self) -> None:
        """Draw everything once, then start what goes on by itself."""
        self.set_class(self.ascii_only, "-ascii")
        self.log_view.border_title = "events and chat"
        if self._greeting:
            self.notify("\n".join(self._greeting), timeout=_GREETING_S)
            for line in reversed(self._greeting):  # the first is what a small log should show
                self.game.tell(line)
        if self.company is not None:
            self.company.on_report = self.hear_of_bots
        self.redraw()
        self.game.wake = self._frames.want
        self._frames.start()
        if self.game.spectate:
            self.call_after_refresh(self.explain_spectating)  # it depends on what is in view
        self.set_interval(1 / FRAMES_PER_SECOND, self._tick)
        self.set_interval(_COUNT_EACH_S, self._count)
        self.set_interval(_PING_EACH_S / 2, self._ping)
        if self._auto_move is not None:
            self.run_worker(self._auto_move.run(self.game.mirror, self.step_by_itself))

    def redraw(self) -> None:
        """Do what is due, and draw what changed since the last time, however much it was."""
        self._do_what_is_due()
        self._draw()

    def _tick(self) -> None:
        # What is due does not wait for a terminal that is slow to show it.
        self._do_what_is_due()
        if self._moves():
            self._frames.want()

    @property
    def _up(self) -> bool:
        """Whether the screen is there, and not being taken down."""
        return self.board.is_attached and self.status.is_attached

    def _do_what_is_due(self) -> None:
        if not self._up:
            return
        self.walk_on()
        self.keep_following()
        self.offer_bots()
        for toast in self.game.take_toasts():
            self.say(toast.text, warning=toast.warning)

    def _moves(self) -> bool:
        # A trail fades, and a map catches up, without any change.
        return self.board.moving or any(minimap.late for minimap in self.maps)

    def _draw(self) -> None:
        if not self._up:
            return
        dirty = self.game.take_dirty()
        if Part.WORLD in dirty or self._moves():
            self.board.redraw()
            for minimap in self.maps:
                minimap.redraw()
        if Part.PEOPLE in dirty or self.players.roster.due:
            self.players.redraw()
        if Part.LOG in dirty:
            self.log_view.redraw()
        # A countdown runs without any change.
        if Part.STATUS in dirty or not self.game.live or self.game.standing.contest:
            self.title_row.redraw()
            self.status.redraw()
            self.banner.redraw()
            self.podium.redraw(self.board)
            if not self.game.live:
                self.make_way()

    def on_cursor_position(self) -> None:
        """The sign that the terminal has read all that was drawn."""
        self._frames.answered()

    async def action_quit(self) -> None:
        """Leave, without a sign of the terminal's on its way to whatever comes next."""
        await self._frames.stop()
        self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the grid are inert while an input has the focus."""
        if action in self._of_the_grid and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def _count(self) -> None:
        # Countdowns run, and lists are ordered anew, without any change.
        if not self.game.live or self.game.standing.contest or self.players.roster.due:
            self.game.counts()

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
