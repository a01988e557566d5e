"""What the dashboard shows: the figures of a run at one moment, ready to be drawn.

Not here: taking them from a swarm (`bots.dashboard.history`), drawing (`bots.dashboard.frame`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gridcli.core.run.limits import Limits

Latencies = tuple[float | None, float | None, float | None]
"""p50, p95 and p99 in ms; None where nothing was seen."""


@dataclass(frozen=True, slots=True)
class Point:
    """One second of a step: which step, how many played, and how long moves took to be seen."""

    step: int
    players: int
    latencies: Latencies


@dataclass(frozen=True, slots=True)
class Row:
    """One step in the list of steps; `invalid` is why its figures are not to be trusted."""

    players: int
    seconds: float
    latencies: Latencies
    max_ms: float | None
    seen: int
    lost: int
    failed: int
    invalid: str


@dataclass(frozen=True, slots=True)
class Generator:
    """How the swarm's own process does, and its limits; lag and debt in ms at p95."""

    limits: Limits = field(default_factory=Limits)
    cpu: float = 0.0
    lag_ms: float | None = None
    debt_ms: float | None = None
    complaint: str = ""
    """Why the step is INVALID, if it ended now; empty when it is not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition that was asked for, whether it holds so far, and what was observed."""

    condition: str
    holds: bool
    observed: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A run at one moment.

    Attributes:
        title: what plays where, most important first.
        phase: "ramp", "play", "drain" or "leave"; with `stopping` whether the run is to end.
        step, steps: which of how many of the plan is played, from 1.
        played_s, whole_s: how long the step has been measured, and is to be; None without end.
        wanted: how many bots are asked for in place of `players`.
        moves, deliveries: for each of the last seconds.
        now: latencies of the last few seconds.
        points: the last measured seconds.
        rows: every step so far; the last one is under way.
        errors: how many of what, the most frequent first.
        more, fewer: how many bots a key adds or takes; 0 where it does nothing.
        note: what was said last.
    """

    title: Sequence[str] = ()
    elapsed_s: float = 0.0
    phase: str = "ramp"
    stopping: bool = False
    step: int = 1
    steps: int = 1
    played_s: float = 0.0
    whole_s: float | None = None
    live: int = 0
    players: int = 0
    wanted: int | None = None
    failed: int = 0
    moves: Sequence[float] = ()
    deliveries: Sequence[float] = ()
    now: Latencies = (None, None, None)
    points: Sequence[Point] = ()
    rows: Sequence[Row] = ()
    errors: Sequence[tuple[int, str]] = ()
    generator: Generator = field(default_factory=Generator)
    verdicts: Sequence[Verdict] = ()
    more: int = 0
    fewer: int = 0
    keys: bool = False
    note: str = ""
