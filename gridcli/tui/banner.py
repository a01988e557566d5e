"""A word over the grid while the connection is anything but live: what is on the screen is old.

Not here: the words (`gridcli.tui.connection`), the dimmed grid (`gridcli.tui.board`).
"""

from textual.content import Content
from textual.widgets import Static

from gridcli.link.states import Live

from .connection import BAD, WAITING, Saying, saying
from .game import Game
from .keys import Keys


class Banner(Static):
    """The state in a bar, or in a box where it is final; hidden while it is live."""

    def __init__(
        self, game: Game, keys: Keys, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.display = False
        self.game = game
        self.ascii_only = ascii_only
        self._rejoin_key = keys.first("rejoin", ascii_only=ascii_only)
        self._said: Saying | None = None

    def redraw(self) -> None:
        """Bring it up to date; cheap when nothing changed."""
        game = self.game
        state = game.link.state
        if isinstance(state, Live):
            said = None
        else:
            said = saying(
                state,
                game.clock() - game.state_since_s,
                rejoin_key=self._rejoin_key,
                ascii_only=self.ascii_only,
            )
        if said == self._said:
            return
        self._said = said
        self.display = said is not None
        if said is not None:
            self.set_class(said.style == WAITING, "-waiting")
            self.set_class(said.style == BAD, "-bad")
            first = f"{said.sign} {said.word}"
            rest = [line for line in (said.detail, said.reason, said.advice) if line]
            gap = "  " if said.style == WAITING else "\n"
            self.update(Content(gap).join([Content(first).stylize("bold"), *map(Content, rest)]))
