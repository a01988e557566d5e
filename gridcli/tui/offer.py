"""A line over the empty grid that offers company. Not here: when (`actions.hosting`)."""

from rich.text import Text
from textual.geometry import Offset
from textual.widgets import Static

from .board import Board


class Offer(Static):
    """Over the half of the board that its player is not on; a click takes it up."""

    ALLOW_SELECT = False

    def show_beside(self, board: Board, key: str) -> None:
        """Appear, or stay, where it hides nobody."""
        mirror, scale = board.game.mirror, board.scale
        line = mirror.cell.y - board.camera.origin.y if mirror.cell is not None else 0
        is_above = mirror.cell is not None and 2 * line >= scale.rows
        away = max(board.size.height // 4, 1)
        offset = Offset(0, -away if is_above else away)
        if not self.display:
            words = "Nobody plays here. " if board.game.spectate else "Alone here? "
            text = Text(words)
            text.append(key, "bold reverse")
            text.append(" brings 5 bots")
            self.update(text)
            self.display = True
        if self.offset != offset:
            self.offset = offset

    async def on_click(self) -> None:
        """The mouse's way to say yes."""
        await self.app.run_action("more_bots")
