"""The status line: state, room, latency, how many are here, transport and protocol; then keys.

What there is no room for is left out, the least important first. Not here: what is measured
(`gridcli.tui.pulse`), the states (`gridcli.link.states`).
"""

import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.protocol.names import LOBBY
from gridcli.link.states import Connecting, Live, Offline, Reconnecting, Refused

from .game import Game
from .palette import fitted, shown

_BARS = "▁▂▃▄▅▆▇█"
_BELOW_KEYS = 5
"""Pieces from this rank on make way for the keys."""
_KEYS = (("t", "chat"), ("r", "rooms"), ("?", "help"), ("q", "quit"))
_BOTS_KEY = ("b", "bots")
_SPECTATOR_KEYS = (("v", "play"), ("f", "follow"), ("?", "help"), ("q", "quit"))


class Piece(NamedTuple):
    """A part of the line; pieces with the highest `rank` go first when it gets narrow."""

    text: str
    rank: int = 0
    style: str = "status--text"


class StatusLine(Widget):
    """One line about the connection."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--text",
        "status--good",
        "status--waiting",
        "status--bad",
        "status--faint",
        "status--key",
    }
    ALLOW_SELECT = False

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.game = game
        self.ascii_only = ascii_only
        self._pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The line's left part as plain text."""
        return "  ".join(piece.text for piece in self._pieces)

    def redraw(self) -> None:
        """Bring the line up to date; cheap when nothing changed."""
        pieces = tuple(self._current())
        if pieces != self._pieces:
            self._pieces = pieces
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        width, base = self.size.width, self.rich_style
        keys = self._keys()
        pieces = _kept(self._pieces, width - 3 - sum(segment.cell_length for segment in keys))
        if any(piece.rank < _BELOW_KEYS and piece not in pieces for piece in self._pieces):
            pieces = _kept(self._pieces, width - 2)
        segments = [Segment(" ", base)]
        for number, piece in enumerate(pieces):
            segments.append(Segment("  " if number else "", base))
            segments.append(Segment(piece.text, self.get_component_rich_style(piece.style)))
        used = sum(segment.cell_length for segment in segments)
        free = width - used - sum(segment.cell_length for segment in keys)
        if free >= 2:
            segments += [Segment(" " * free, base), *keys]
        return Strip(segments).adjust_cell_length(width, base)

    def _current(self) -> list[Piece]:
        state = self._state()
        mirror, link = self.game.mirror, self.game.link
        if not self.game.live:
            return state
        pieces = [*state, Piece(self._shown(mirror.room or LOBBY), 2)]
        if self.game.isolated:
            pieces.append(Piece("cut off from other servers", 1, "status--waiting"))
        pulse = self.game.pulse
        if pulse.value_ms is None:
            pieces.append(Piece("- ms", 1, "status--faint"))
        else:
            pieces.append(Piece(f"{'ping' if pulse.is_ping else 'seen'} {_ms(pulse.value_ms)}", 1))
            if not self.ascii_only:
                pieces.append(Piece(sparkline(pulse.samples_ms), 6, "status--faint"))
        pieces.append(Piece(f"{mirror.users} online", 0))
        if self.game.bots_wanted:
            there, wanted = self.game.bots, self.game.bots_wanted
            bots = f"{there} bots" if there == wanted else f"{there} of {wanted} bots"
            pieces.append(Piece(bots, 3))
        pieces.append(Piece(link.transport, 4, "status--faint"))
        pieces.append(Piece(f"protocol {link.protocol}", 5, "status--faint"))
        if link.place:
            pieces.append(Piece(self._shown(f"at {link.place}"), 3, "status--faint"))
        return [*pieces, *self._looking()]

    def _looking(self) -> list[Piece]:
        """What is unusual of what one sees: it must not be taken for one's own game."""
        follow, pieces = self.game.follow, []
        if self.game.spectate:
            pieces.append(Piece("spectating", 0, "status--waiting"))
        if follow.name:
            pieces.append(Piece(self._shown(f"following {follow.name}"), 1, "status--waiting"))
        elif follow.free and not self.game.spectate:
            pieces.append(Piece("looking around", 1, "status--waiting"))
        return pieces

    def _state(self) -> list[Piece]:
        match self.game.link.state:
            case Live():
                return [Piece(f"{self._sign('●', '*')} live", 0, "status--good")]
            case Connecting():
                return [Piece(f"{self._sign('◌', '.')} connecting", 0, "status--waiting")]
            case Reconnecting(attempt, wait_s, reason):
                waited_s = self.game.clock() - self.game.state_since_s
                left_s = max(0, math.ceil(wait_s - waited_s))
                when = f"next in {left_s} s" if left_s else "trying"
                return [
                    Piece(f"{self._sign('◐', '~')} reconnecting", 0, "status--waiting"),
                    Piece(f"attempt {attempt}, {when}", 1),
                    Piece(self._shown(reason), 2, "status--faint"),
                ]
            case Offline(reason):
                return [
                    Piece(f"{self._sign('○', 'o')} offline", 0, "status--bad"),
                    Piece(self._shown(reason), 2),
                    Piece("enter to rejoin", 1, "status--faint"),
                ]
            case Refused(code, text):
                return [
                    Piece(f"{self._sign('✕', 'x')} refused", 0, "status--bad"),
                    Piece(self._shown(f"{text} [{code}]"), 2),
                    Piece("enter to rejoin", 1, "status--faint"),
                ]

    def _keys(self) -> list[Segment]:
        key_style = self.get_component_rich_style("status--key")
        faint = self.get_component_rich_style("status--faint")
        segments = []
        bots = (_BOTS_KEY,) if self.game.offers_bots else ()
        for key, meaning in (*bots, *(_SPECTATOR_KEYS if self.game.spectate else _KEYS)):
            segments += [Segment(key, key_style), Segment(f" {meaning}  ", faint)]
        return segments

    def _sign(self, sign: str, plain: str) -> str:
        return plain if self.ascii_only else sign

    def _shown(self, text: str) -> str:
        return shown(text, ascii_only=self.ascii_only)


def sparkline(samples: Sequence[float]) -> str:
    """Samples as bars, from nothing to the largest of them."""
    top = max(samples, default=0.0) or 1.0
    return "".join(_BARS[min(int(sample / top * len(_BARS)), len(_BARS) - 1)] for sample in samples)


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def _kept(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """As many pieces as fit; the last one left is cut."""
    kept = list(pieces)
    while len(kept) > 1 and sum(cell_len(piece.text) + 2 for piece in kept) - 2 > width:
        kept.remove(max(kept, key=lambda piece: piece.rank))
    if len(kept) == 1 and cell_len(kept[0].text) > width:
        return [kept[0]._replace(text=fitted(kept[0].text, max(width, 0)))]
    return kept
