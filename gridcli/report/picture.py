"""What a chart shows, whatever its width: series, bands, limits, and words about them.

Not here: drawing it (`gridcli.report.draw`), the charts of a run (`gridcli.report.charts`,
`gridcli.report.time_charts`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .scale import Scale
from .terminal import Points

MakeScale = Callable[[float, float], Scale]
"""An axis, once it is known where it starts and ends on the page."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line; `look` is a CSS class such as "c0" for its colour, with "thin" or "dash"."""

    name: str
    look: str
    points: Points
    crosses: Sequence[tuple[float, float]] = ()
    """Points that are not to be trusted: marked, and joined with nothing."""
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the x axis, such as a step, with a word on top."""

    start: float
    end: float
    label: str
    invalid: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A value of the y axis that is not to be passed."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart.

    Attributes:
        key: its name on the page, unique.
        about: how it is read, in a sentence or two.
        said: what it shows, in words, for those who do not see it.
        x: makes the x axis.
        y: makes the y axis.
        x_ticks: where ticks stand, and what is written there; None lets the axis choose.
        spots: what the pointer's box says of each x of the series; None: no box.
        height: in pixels.
        wide: whether it takes the page's whole width.
    """

    key: str
    title: str
    about: str
    said: str
    x: MakeScale
    y: MakeScale
    x_label: str
    y_label: str
    series: Sequence[Series]
    x_ticks: Sequence[tuple[float, str]] | None = None
    x_name: Callable[[float], str] | None = None
    bands: Sequence[Band] = ()
    limits: Sequence[Limit] = ()
    spots: Callable[[float], str] | None = None
    unit: str = ""
    height: int = 300
    wide: bool = False
