"""The screen of a game, on which a recording plays.

The model, the board, the lists and the log are those of a game; in place of the line to say
something there is the bar. Not here: what is shown when (`projector`), which keys do what (`keys`).
"""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from gridcli.core.marks import Mark

from ..app import PlayApp
from ..game import Game
from ..help import HelpScreen
from ..keys import Keys
from .bar import Bar
from .keys import MOUSE, OF_A_GAME, REPLAY_ACTIONS, WORDS
from .projector import Projector
from .track import FANCY, PLAIN

_GREETING_S = 8.0


class ReplayApp(PlayApp):
    """A recording on the screen.

    Args:
        game: the model, which spectates; its link is a `ReplayLink`.
        projector: plays the recording to it.
        title: what the bar is called.
        subtitle: what more is to be said there.
        ascii_only: draw with ASCII characters alone.
        greeting: said in a toast, line by line, once the screen is there.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        *(Path("..", name) for name in PlayApp.CSS_PATH),
        "replay.tcss",
    ]

    def __init__(
        self,
        game: Game,
        projector: Projector,
        *,
        title: str = "",
        subtitle: str = "",
        ascii_only: bool = False,
        greeting: Sequence[str] = (),
    ) -> None:
        super().__init__(game, keys=Keys(REPLAY_ACTIONS), ascii_only=ascii_only)
        self._projector = projector
        self._titles = title, subtitle
        self._welcome = greeting
        self._has_said_so = False
        self._at_end = False
        taken = {key for key, _ in self.keys.bindings()}
        for action in OF_A_GAME:
            for key in Keys().of(action.name):
                if key not in taken:
                    self.bind(key, "refuse")

    def compose(self) -> ComposeResult:
        """The screen of a game, and the bar in place of the line to say something."""
        self.bar = Bar(self._projector, ascii_only=self.ascii_only, id="replay")
        for widget in super().compose():
            yield widget
            if widget is self.chat_input:
                yield self.bar

    def on_mount(self) -> None:
        """Begin to play, and to read on."""
        self.screen.add_class("-replay")
        title, subtitle = self._titles
        self.bar.border_title, self.bar.border_subtitle = Content(title), Content(subtitle)
        if self._welcome:
            self.notify("\n".join(self._welcome), timeout=_GREETING_S)
        self.run_worker(self._read_on())

    def _do_what_is_due(self) -> None:
        """Be where the recording is played."""
        if self._projector.turn():
            self.board.jumped()
            self._shown_until = {}  # by the recording's clock, which may have gone back
        self.game.take_toasts()  # they urge a player to do something
        super()._do_what_is_due()
        at_end = self._projector.deck.at_end
        if at_end and not self._at_end:
            again = self.keys.first("pause", ascii_only=self.ascii_only)
            self.say(f"The end. {again} plays it again.")
        self._at_end = at_end
        if self.bar.due:
            self._frames.want()

    def _draw(self) -> None:
        super()._draw()
        self.bar.redraw()

    def explain_spectating(self) -> None:
        """The greeting has done so."""

    def action_help(self) -> None:
        """Show the keys, and what the bar's marks mean."""
        marks = (PLAIN if self.ascii_only else FANCY).marks
        signs = " ".join(marks[mark] for mark in (Mark.JOINED, Mark.CHAT, Mark.LOST))
        words = [*WORDS, (signs, "somebody came, or spoke; the connection broke")]
        rows = self.keys.rows(ascii_only=self.ascii_only)
        self.push_screen(HelpScreen(rows, self.keys.of("help"), MOUSE, words))

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._projector.toggle()

    def action_skip(self, seconds: float) -> None:
        """Go back or on by some seconds of the recording."""
        self._projector.skip(seconds)

    def action_tick(self, by: int) -> None:
        """Pause, and show the next single change, or the one before."""
        self._projector.step(by)

    def action_pace(self, factor: float) -> None:
        """Play slower or faster."""
        self._projector.deck.pace(factor)

    def action_jump(self, tenths: int) -> None:
        """Go to so many tenths of the whole."""
        self._projector.seek(self._projector.deck.length_s * tenths / 10)

    def action_refuse(self) -> None:
        """Say, once, that nothing can be done in a recording."""
        if not self._has_said_so:
            self._has_said_so = True
            pause, help_ = (
                self.keys.first("pause", ascii_only=self.ascii_only),
                self.keys.first("help"),
            )
            self.notify(
                f"This is a recording: one can only watch. {pause} pauses, {help_} shows the keys.",
                markup=False,
            )

    def on_bar_sought(self, event: Bar.Sought) -> None:
        """The bar was clicked, or its position is dragged."""
        self._projector.seek(event.position_s)

    def on_bar_toggled(self) -> None:
        """The sign on the bar was clicked."""
        self._projector.toggle()

    def _ping(self) -> None:
        """There is nobody to ask; the recorded player's own questions are shown."""

    async def _read_on(self) -> None:
        await self._projector.read_on()
        if self._projector.complaint:
            self.say(self._projector.complaint, warning=True)
