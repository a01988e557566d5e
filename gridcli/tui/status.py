"""The status line: how it goes, then the keys; under a title row (`title`) the keys come first.

Not here: what is said (`vitals`), which keys there are (`keys`).
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from gridcli.layout import WIDE_COLUMNS

from .game import Game
from .keys import Keys
from .vitals import Piece, Vitals, kept, length

_HINT = "status--hint"
_HINT_RANKS = {"help": 4, "bots": 4, "chat": 5, "rooms": 7}
_WATCHERS_RANKS = {"play": 3, "pause": 3, "help": 4, "bots": 4, "follow": 5, "rooms": 7}
_WATCHERS_WORDS = {"watch": "play", "move": "look"}
_OTHER_HINT = 9


class Line(Widget):
    """One line made of pieces, each drawn in a component style of its own.

    Args:
        game: what it tells of.
        keys: which keys there are.
        ascii_only: draw with ASCII characters alone.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--text",
        "status--good",
        "status--waiting",
        "status--bad",
        "status--faint",
        "status--key",
        "status--room",
        "status--game",
    }
    ALLOW_SELECT = False

    def __init__(
        self, game: Game, keys: Keys, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.game = game
        self.keys = keys
        self.ascii_only = ascii_only
        self.vitals = Vitals(game, keys, ascii_only=ascii_only)
        self._pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The line as plain text, also what there is no room for; without the keys."""
        return "  ".join(piece.text for piece in self._pieces if piece.style != _HINT)

    def redraw(self) -> None:
        """Bring the line up to date; cheap when nothing changed."""
        pieces = tuple(self.current())
        if pieces != self._pieces:
            self._pieces = pieces
            self.refresh()

    def current(self) -> Sequence[Piece]:
        """What the line says now."""
        raise NotImplementedError

    def drawn(self, piece: Piece) -> list[Segment]:
        """A piece in its style; a hint is a key and a word."""
        if piece.style != _HINT:
            return [Segment(piece.text, self.get_component_rich_style(piece.style))]
        key, _, word = piece.text.partition(" ")
        return [
            Segment(key, self.get_component_rich_style("status--key")),
            Segment(f" {word}", self.get_component_rich_style("status--faint")),
        ]


class StatusLine(Line):
    """The last line of the screen."""

    def current(self) -> Sequence[Piece]:
        """The state and what belongs to it, and hints; under a title row what is not said there."""
        vitals = self.vitals
        if self._under_title:
            return [*self._hints(), *vitals.server()]
        if not self.game.live:
            return vitals.state(advice=True)
        return [
            *vitals.state(),
            *vitals.room(),
            *vitals.contest(),
            *vitals.latency(),
            *vitals.people(),
            *vitals.bots(),
            *vitals.notes(),
            *vitals.transport(),
            *vitals.server(),
            *self._hints(),
        ]

    def render_line(self, y: int) -> Strip:
        """The line: hints at its end, or at its beginning under a title row."""
        width, base = self.size.width, self.rich_style
        pieces = kept(self._pieces, width - 2)
        hints = [piece for piece in pieces if piece.style == _HINT]
        others = [piece for piece in pieces if piece.style != _HINT]
        left, right = (hints, others) if self._under_title else (others, hints)
        free = width - 2 - length(left) - length(right)
        segments = [Segment(" ", base), *self._joined(left), Segment(" " * free, base)]
        return Strip([*segments, *self._joined(right)]).adjust_cell_length(width, base)

    def on_resize(self) -> None:
        """Another width has room for something else."""
        self.redraw()

    @property
    def _under_title(self) -> bool:
        return self.size.width >= WIDE_COLUMNS

    def _joined(self, pieces: Sequence[Piece]) -> list[Segment]:
        segments: list[Segment] = []
        for piece in pieces:
            if segments:
                segments.append(Segment("  ", self.rich_style))
            segments += self.drawn(piece)
        return segments

    def _hints(self) -> list[Piece]:
        hints = [
            (key, word)
            for key, word in self.keys.hints(ascii_only=self.ascii_only)
            if word != "bots" or self.game.offers_bots
        ]
        ranks = _HINT_RANKS
        if self.game.spectate:
            hints = [(key, _WATCHERS_WORDS.get(word, word)) for key, word in hints]
            ranks = _WATCHERS_RANKS
        return [Piece(f"{key} {word}", ranks.get(word, _OTHER_HINT), _HINT) for key, word in hints]


class TitleRow(Line):
    """The upper edge of the grid's frame, with how it goes written into it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--frame"}

    def current(self) -> Sequence[Piece]:
        """Room, state, game and latency; how many are here comes last."""
        vitals = self.vitals
        if not self.game.live:
            return [*vitals.room(), *vitals.state()]
        return [
            *vitals.room(),
            *vitals.state(),
            *vitals.transport(),
            *vitals.contest(),
            *vitals.notes(),
            *vitals.latency(),
            *vitals.bots(),
            *vitals.people(),
        ]

    def render_line(self, y: int) -> Strip:
        """The edge."""
        width, frame = self.size.width, self.get_component_rich_style("title--frame")
        corner, edge, other = ("+", "-", "+") if self.ascii_only else ("╭", "─", "╮")
        pieces = kept(self._pieces, width - 7)
        last = pieces.pop() if len(pieces) > 1 and self.game.live else None
        segments = [Segment(f"{corner}{edge} ", frame)]
        for piece in pieces:
            segments += [*self.drawn(piece), Segment("  ", frame)]
        used = sum(segment.cell_length for segment in segments) - 1
        behind = cell_len(last.text) + 4 if last else 1
        segments[-1] = Segment(" ", frame)
        segments.append(Segment(edge * max(width - used - behind, 0), frame))
        if last:
            segments += [Segment(" ", frame), *self.drawn(last), Segment(f" {edge}", frame)]
        segments.append(Segment(other, frame))
        return Strip(segments).adjust_cell_length(width, frame)
