"""How it goes, in pieces of one line: connection, room, game, latency, how many are here.

What there is no room for is left out, the least important first. Not here: the lines that are made
of them (`title`, `status`), what is measured (`pulse`), the words for states (`connection`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from gridcli.core.protocol.names import LOBBY
from gridcli.core.protocol.rounds import Mode, Phase

from .connection import saying
from .game import Game
from .keys import Keys
from .palette import fitted, shown
from .standing import clock, ordinal

_BARS = "▁▂▃▄▅▆▇█"
_SHORT = {"websocket": "ws", "polling": "poll"}


class Piece(NamedTuple):
    """A part of a line; pieces with the highest `rank` go first when it gets narrow."""

    text: str
    rank: int = 0
    style: str = "status--text"


class Vitals:
    """Makes the pieces of a game, as it is now."""

    def __init__(self, game: Game, keys: Keys, *, ascii_only: bool = False) -> None:
        self.game = game
        self.ascii_only = ascii_only
        self._rejoin_key = keys.first("rejoin", ascii_only=ascii_only)

    def state(self, *, advice: bool = False) -> list[Piece]:
        """The state of the connection."""
        game = self.game
        said = saying(
            game.link.state,
            game.clock() - game.state_since_s,
            rejoin_key=self._rejoin_key,
            ascii_only=self.ascii_only,
        )
        pieces = [Piece(f"{said.sign} {said.word}", 0, said.style)]
        if said.detail:
            pieces.append(Piece(said.detail, 1))
        if said.reason:
            pieces.append(Piece(said.reason, 2, "status--faint" if said.detail else "status--text"))
        if said.advice and advice:
            pieces.append(Piece(said.advice, 1, "status--faint"))
        return pieces

    def room(self) -> list[Piece]:
        """Where one is."""
        return [Piece(self._shown(self.game.mirror.room or LOBBY), 2, "status--room")]

    def contest(self) -> list[Piece]:
        """The room's game: time left, and how one does."""
        game, standing = self.game, self.game.standing
        contest = standing.contest
        if contest is None:
            return []
        left_s = standing.left_s(game.clock())
        mode = str(contest.mode).upper()
        if contest.phase is Phase.WAITING:
            return [Piece(f"{mode} waits for players", 1, "status--game")]
        when = "" if left_s is None else f" {clock(left_s)}"
        if contest.phase is Phase.PODIUM:
            return [Piece(f"{mode} next round{' in' if when else ''}{when}", 1, "status--game")]
        pieces = [Piece(f"{mode}{when}", 1, "status--game")]
        own_id = game.mirror.user_id
        if contest.mode is Mode.TAG and own_id and contest.it == own_id:
            pieces.append(Piece("you are it!", 1, "status--bad"))
        elif contest.mode is Mode.TAG and contest.it:
            who = game.mirror.who.get(contest.it)
            name = self._shown(who.name) if who else "somebody"
            pieces.append(Piece(f"{name} is it", 3))
        own = standing.place_of(own_id) if game.mirror.cell is not None else None
        if own is not None:
            pieces.append(Piece(f"you {own.points} ({ordinal(own.place)})", 1))
        return pieces

    def latency(self) -> list[Piece]:
        """The median of the last minute, what nearly all stay under, and the last few."""
        figures = self.game.pulse.figures(self.game.clock())
        if figures is None:
            return [Piece("- ms", 3, "status--faint")]
        pieces = [Piece(f"{figures.kind} {_ms(figures.median)}", 1)]
        if figures.p95 is not None:
            pieces.append(Piece(f"p95 {_ms(figures.p95)}", 5))
        if not self.ascii_only:
            pieces.append(Piece(sparkline(figures.latest), 6, "status--faint"))
        return pieces

    def transport(self) -> list[Piece]:
        """What carries the frames."""
        kind = self.game.link.transport
        return [Piece(_SHORT.get(kind, kind), 6, "status--faint")] if kind else []

    def people(self) -> list[Piece]:
        """How many are here."""
        return [Piece(f"{self.game.mirror.users} online", 0)]

    def bots(self) -> list[Piece]:
        """How many of them are ours, where there are any."""
        there, wanted = self.game.bots, self.game.bots_wanted
        if not wanted:
            return []
        return [Piece(f"{there} bots" if there == wanted else f"{there} of {wanted} bots", 3)]

    def notes(self) -> list[Piece]:
        """What is not always so."""
        game, pieces = self.game, []
        if game.isolated:
            pieces.append(Piece("cut off from other servers", 1, "status--waiting"))
        # What one sees must not be taken for one's own game.
        if game.spectate:
            word = "recording" if game.recorded else "spectating"
            pieces.append(Piece(word, 0, "status--waiting"))
        if game.follow.name:
            pieces.append(Piece(self._shown(f"following {game.follow.name}"), 1, "status--waiting"))
        elif game.follow.free and not game.spectate:
            pieces.append(Piece("looking around", 1, "status--waiting"))
        return pieces

    def server(self) -> list[Piece]:
        """Which one it is, and what it speaks."""
        link = self.game.link
        pieces = [Piece(f"protocol {link.protocol}", 8, "status--faint")]
        if link.place:
            pieces.append(Piece(self._shown(f"at {link.place}"), 4, "status--faint"))
        return pieces

    def _shown(self, text: str) -> str:
        return shown(text, ascii_only=self.ascii_only)


def sparkline(samples: Sequence[float]) -> str:
    """Samples as bars, from nothing to the largest of them."""
    top = max(samples, default=0.0) or 1.0
    return "".join(_BARS[min(int(sample / top * len(_BARS)), len(_BARS) - 1)] for sample in samples)


def kept(pieces: Sequence[Piece], width: int, *, gap: int = 2) -> list[Piece]:
    """As many pieces as fit with gaps between them; the last one left is cut."""
    left = list(pieces)
    while len(left) > 1 and length(left, gap=gap) > width:
        left.remove(max(left, key=lambda piece: piece.rank))
    if len(left) == 1 and cell_len(left[0].text) > width:
        return [left[0]._replace(text=fitted(left[0].text, max(width, 0)))]
    return left


def length(pieces: Sequence[Piece], *, gap: int = 2) -> int:
    """The columns that pieces take with gaps between them."""
    return sum(cell_len(piece.text) for piece in pieces) + gap * max(len(pieces) - 1, 0)


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"
