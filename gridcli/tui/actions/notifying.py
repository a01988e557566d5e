"""Toasts: each text once at a time, few at once, and on the half that one's player is not on.

Not here: what they say (whoever calls `notify`), what they look like (`app.tcss`).
"""

from textual.app import App
from textual.notifications import SeverityLevel

from ..board import Board
from ..game import Game
from ..palette import shown

_TOGETHER = 2
"""So many may be on the screen with the next one; older ones make way for all that comes."""


class Notifying(App[None]):
    """The part of the app that shows toasts."""

    game: Game
    board: Board
    ascii_only: bool

    _shown_until: dict[str, float]
    """When each toast's time is up, by its text, on the game's clock."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast, unless the same is there already. Its text may be foreign."""
        now_s = self.game.clock()
        lasting = {text: until for text, until in self._shown_until.items() if until > now_s}
        if message in lasting:
            return
        if len(lasting) > _TOGETHER:
            self.call_later(super().clear_notifications)  # after those that are under way
            lasting.clear()
        timeout = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        lasting[message] = now_s + timeout
        self._shown_until = lasting
        self.make_way()
        text = "\n".join(shown(line, ascii_only=self.ascii_only) for line in message.splitlines())
        super().notify(text, title=title, severity=severity, timeout=timeout, markup=False)

    def clear_notifications(self) -> None:
        """Take all toasts away."""
        self._shown_until = {}
        super().clear_notifications()

    def make_way(self) -> None:
        """Have toasts and the banner appear where one's player is not."""
        mirror, board = self.game.mirror, self.board
        line = mirror.cell.y - board.camera.origin.y if mirror.cell is not None else 0
        self.screen.set_class(2 * line < board.scale.rows, "-own-above")
