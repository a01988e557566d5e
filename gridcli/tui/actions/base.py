"""What every part of the app may use: the model, the widgets, and asking the server.

Not here: the widgets' composition and the redrawing (`gridcli.tui.app`).
"""

from collections.abc import Awaitable

from textual.app import App

from gridcli.core.errors import GridError, Refusal

from ..board import Board
from ..chat import ChatInput, LogView
from ..game import Game
from ..keys import Keys
from ..palette import shown
from ..players import Players
from ..status import StatusLine


class Base(App[None]):
    """The app as its parts see it; `PlayApp` sets all of these."""

    game: Game
    ascii_only: bool
    keys: Keys
    board: Board
    players: Players
    log_view: LogView
    chat_input: ChatInput
    status: StatusLine

    async def ask(self, request: Awaitable[None]) -> None:
        """Await a request; a refusal becomes a toast and a line of the log."""
        try:
            await request
        except GridError as error:
            self.warn(error)

    def warn(self, error: GridError) -> None:
        """Say what was refused or went wrong, in a toast and in the log."""
        self.warn_of(error.text if isinstance(error, Refusal) else str(error))

    def warn_of(self, text: str) -> None:
        """The same, in words; they may be foreign."""
        text = shown(text)
        self.game.tell(text, warning=True)
        self.say(text, warning=True)

    def say(self, text: str, *, warning: bool = False) -> None:
        """A toast."""
        text = shown(text, ascii_only=self.ascii_only)
        self.notify(text, severity="warning" if warning else "information", markup=False)
