"""What every part of the app may use: the model, the widgets, and asking the server.

Not here: the widgets' composition and the redrawing (`gridcli.tui.app`).
"""

from collections.abc import Awaitable

from gridcli.core.errors import GridError, Refusal

from ..chat import ChatInput, LogView
from ..keys import Keys
from ..minimap import Minimap
from ..palette import shown
from ..players import Players
from ..status import StatusLine
from .notifying import Notifying


class Base(Notifying):
    """The app as its parts see it; `PlayApp` sets all of these."""

    keys: Keys
    players: Players
    log_view: LogView
    chat_input: ChatInput
    status: StatusLine
    maps: list[Minimap]

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
        self.notify(text, severity="warning" if warning else "information")

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        """Come back as somebody else; where that is refused, as who one was."""
        game, link = self.game, self.game.link
        old_name, old_symbol = link.target.name, game.mirror.symbol or link.target.symbol
        try:
            try:
                await link.become(name=name, symbol=symbol, spectate=spectate)
            except Refusal as refusal:
                self.warn(refusal)
                spectate = game.spectate
                await link.become(name=old_name, symbol=old_symbol, spectate=spectate)
        except GridError as error:
            self.warn(error)
        if spectate != game.spectate:
            game.spectate = spectate
            if not spectate:  # who begins to watch watches on whom it has been following
                game.follow.oneself()
        game.looks_elsewhere()
