"""The bar beneath a replay: playing or paused, where it is, and what there is to look for.

One line, or with room for it two: the track, and the marks beneath it. Not here: what a click or a
key does (`gridcli.tui.replay.app`), glyphs and words (`gridcli.tui.replay.track`).
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from gridcli.core.marks import Mark

from .projector import Projector
from .track import FANCY, PLAIN, Track, clock_text, speed_text

_LEAST_TRACK = 10
_LABEL = 4
"""Columns for the speed, or what is in its place: the track must not jump beneath the mouse."""


class Bar(Widget):
    """One or two lines about the recording's position."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bar--sign",
        "bar--text",
        "bar--faint",
        "bar--played",
        "bar--rest",
        "bar--unread",
        *(f"bar--{mark}" for mark in Mark),
    }
    ALLOW_SELECT = False

    class Sought(Message):
        """A place on the track was pointed at: a position in seconds."""

        def __init__(self, position_s: float) -> None:
            super().__init__()
            self.position_s = position_s

    class Toggled(Message):
        """The sign was clicked."""

    def __init__(
        self, projector: Projector, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.ascii_only = ascii_only
        self._projector = projector
        self._glyphs = PLAIN if ascii_only else FANCY
        self._drawn: tuple[object, ...] = ()
        self._marked: tuple[object, Sequence[Mark | None]] = (None, ())

    @property
    def text(self) -> str:
        """The position and the speed in words."""
        return f"{self._position()}  {self._label()}"

    @property
    def due(self) -> bool:
        """Whether something shows that is not drawn yet."""
        return self._shows() != self._drawn

    def redraw(self) -> None:
        """Bring the bar up to date; cheap when nothing shows that changed."""
        shows = self._shows()
        if shows != self._drawn:
            self._drawn = shows
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The track; beneath it the marks, and what they mean."""
        width, base = self.size.width, self.rich_style
        if width < 1 or y > 1:
            return Strip.blank(width, base)
        segments = self._marks_line() if y else self._track_line()
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

    def position_at(self, column: int) -> float | None:
        """The position that a column of the content stands for; None beside the track."""
        track, at = self._track, column - self._track_start
        return track.time_s(at) if 0 <= at < track.width else None

    def on_mouse_down(self, event: MouseDown) -> None:
        """Seek, and hold on to the mouse: it may drag the position."""
        at = event.get_content_offset(self)
        if event.button != 1 or at is None:
            return
        event.stop()
        position_s = self.position_at(at.x)
        if position_s is not None:
            self.capture_mouse()
            self.post_message(self.Sought(position_s))
        elif at.x < self._track_start:
            self.post_message(self.Toggled())

    def on_mouse_move(self, event: MouseMove) -> None:
        """A drag, or no more than a move."""
        track = self._track
        if self.app.mouse_captured is self:
            at: Offset = event.get_content_offset_capture(self)
            column = min(max(at.x - self._track_start, 0), max(track.width - 1, 0))
            self.post_message(self.Sought(track.time_s(column)))

    def on_mouse_up(self) -> None:
        """The end of a drag."""
        if self.app.mouse_captured is self:
            self.release_mouse()

    def _shows(self) -> tuple[object, ...]:
        projector, track = self._projector, self._track
        at, known = track.column(projector.position_s), track.column(projector.known_s)
        return self.text, self._sign(), at, known, len(projector.marks), self.size

    @property
    def _track_start(self) -> int:
        return cell_len(self._glyphs.playing) + self._position_width + 4

    @property
    def _track(self) -> Track:
        width = self.size.width - self._track_start - _LABEL - 3
        return Track(width if width >= _LEAST_TRACK else 0, self._projector.deck.length_s)

    @property
    def _position_width(self) -> int:
        length_s = self._projector.deck.length_s
        return 2 * len(clock_text(length_s)) + len(".00 / ")

    def _position(self) -> str:
        deck = self._projector.deck
        position = clock_text(self._projector.position_s, finely=not deck.playing)
        return f"{position} / {clock_text(deck.length_s)}"

    def _label(self) -> str:
        projector = self._projector
        if projector.waiting:
            return f"{projector.known_s / projector.deck.length_s:.0%}"
        if projector.deck.at_end:
            return "end"
        return speed_text(projector.deck.speed, ascii_only=self.ascii_only)

    def _sign(self) -> str:
        projector, glyphs = self._projector, self._glyphs
        if projector.waiting:
            return glyphs.waits
        if projector.deck.at_end:
            return glyphs.end
        return glyphs.playing if projector.deck.playing else glyphs.paused

    def _track_line(self) -> list[Segment]:
        projector, glyphs, track = self._projector, self._glyphs, self._track
        sign, text = self._styled("bar--sign"), self._styled("bar--text")
        position = self._position()
        segments = [
            Segment(self._sign(), sign),
            Segment(f" {position}".ljust(self._position_width + 3), text),
        ]
        knob, known = track.column(projector.position_s), track.column(projector.known_s)
        marks = self._marks(track) if self.size.height < 2 else [None] * track.width
        pieces = []
        for column, mark in enumerate(marks):
            if column == knob:
                pieces.append((glyphs.knob, "bar--sign"))
            elif mark is not None:
                pieces.append((glyphs.marks[mark], f"bar--{mark}"))
            elif column < knob:
                pieces.append((glyphs.played, "bar--played"))
            elif column <= known:
                pieces.append((glyphs.rest, "bar--rest"))
            else:
                pieces.append((glyphs.unread, "bar--unread"))
        label = Segment("  " + self._label().rjust(_LABEL), text)
        return [*segments, *self._runs(pieces), label]

    def _marks_line(self) -> list[Segment]:
        glyphs = self._glyphs
        legend = [
            (glyphs.marks[Mark.CHAT], "bar--chat"),
            (" chat  ", "bar--faint"),
            (glyphs.marks[Mark.JOINED], "bar--joined"),
            (" joined", "bar--faint"),
        ]
        left = Strip(self._runs(legend)).adjust_cell_length(self._track_start - 1, self.rich_style)
        marks = [
            (" ", "bar--faint") if mark is None else (glyphs.marks[mark], f"bar--{mark}")
            for mark in self._marks(self._track)
        ]
        return [*left, *self._runs(marks)]

    def _runs(self, pieces: Iterable[tuple[str, str]]) -> list[Segment]:
        """Pieces of text and their styles, those of one style in a row as one."""
        return [
            Segment("".join(text for text, _ in run), self._styled(style))
            for style, run in groupby(pieces, key=itemgetter(1))
        ]

    def _marks(self, track: Track) -> Sequence[Mark | None]:
        marks = self._projector.marks
        key = (track, len(marks))
        if key != self._marked[0]:
            self._marked = key, track.marks(marks)
        return self._marked[1]

    def _styled(self, name: str) -> Style:
        return self.get_component_rich_style(name)
