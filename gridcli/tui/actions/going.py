"""Where one is connected, and as whom: another room, another name, and back after an end.

Not here: the dialogs (`gridcli.tui.rooms`, `gridcli.tui.name_screen`).
"""

from gridcli.core.protocol.names import DEMO, LOBBY
from gridcli.link.states import Ended

from ..name_screen import NameScreen, Persona
from ..palette import shown
from ..rooms import RoomScreen
from .base import Base

_REMEMBERED = 20


class Going(Base):
    """The part of the app that changes rooms and comes back."""

    visited: list[str]
    """Rooms that one has been in, the latest first."""

    def action_rooms(self) -> None:
        """Ask for a room and go there."""
        game = self.game
        screen = RoomScreen(
            game.mirror.room or LOBBY,
            self.visited,
            lambda: game.link.rooms(),
            ascii_only=self.ascii_only,
        )
        self.push_screen(screen, self._go_to)

    def _go_to(self, room: str | None) -> None:
        if room is not None and room != self.game.mirror.room:
            here = self.game.mirror.room or LOBBY
            self.visited = [here, *(known for known in self.visited if known != here)][:_REMEMBERED]
            self.run_worker(self.ask(self.game.link.go_to(room)))

    def action_name(self) -> None:
        """Ask who one would like to be, and become that."""
        link, mirror = self.game.link, self.game.mirror
        if link.protocol == DEMO and self.game.live:
            self.notify("This server has no names: it speaks protocol 1.")
            return
        own = link.target.name or (mirror.name if mirror.name != mirror.symbol else "")
        offered = shown(own)
        if self.ascii_only and not offered.isascii():
            offered = ""  # nobody could edit what cannot be drawn

        def become(persona: Persona | None) -> None:
            if persona is None or persona == (offered, mirror.symbol):
                return
            name = own if persona.name == offered else persona.name
            self.run_worker(
                self.become(name=name, symbol=persona.symbol, spectate=self.game.spectate),
                group="become",
                exclusive=True,
            )

        self.push_screen(NameScreen(offered, mirror.symbol), become)

    def action_rejoin(self) -> None:
        """Connect again after the link has given up, or was refused."""
        if isinstance(self.game.link.state, Ended):
            self.run_worker(self.ask(self.game.link.open()), group="rejoin", exclusive=True)
