"""A run: what was measured, step by step and second by second, and what it was measured with.

A step is a time in which a number of players stays the same; a move belongs to the step and the
second in which it was meant to be sent. Everything adds up: seconds to steps, and the steps of
several processes to one. Not here: the file (`gridcli.core.run.file`), how the bots and Locust
fill it (`gridcli.core.run.timeline`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..latency import Latency
from ..ledger import Counts
from .health import Health
from .seen import Seen

FORMAT = 1
"""The version of the file; see docs/run-file.md."""


@dataclass(slots=True)
class Second:
    """One second of a step, counted from the step's begin."""

    players: int = 0
    """Connected at its end."""
    moves: int = 0
    owed: int = 0
    seen: int = 0
    lost: int = 0
    every: Latency = field(default_factory=Latency)
    from_send: Latency = field(default_factory=Latency)
    lag_max_ms: float = 0.0
    cpu: float = 0.0
    """Cores that the generator used in it."""

    def merge(self, other: "Second") -> None:
        """Take in the same second of another process."""
        self.players += other.players
        self.moves += other.moves
        self.owed += other.owed
        self.seen += other.seen
        self.lost += other.lost
        self.every.merge(other.every)
        self.from_send.merge(other.from_send)
        self.lag_max_ms = max(self.lag_max_ms, other.lag_max_ms)
        self.cpu = max(self.cpu, other.cpu)


@dataclass(slots=True)
class Step:
    """One step of a run.

    Attributes:
        players: how many were meant to play.
        start_s: when it began, in seconds from the begin of the run.
        duration_s: how long moves were sent in it.
        missed: moves that fell due while their player was not connected.
        dropped: connections that were lost.
        failed: players that could not come in, or were thrown out, with the reasons.
        invalid: why its figures are not to be trusted; empty when they are.
    """

    players: int
    start_s: float
    duration_s: float = 0.0
    counts: Counts = field(default_factory=Counts)
    seen: Seen = field(default_factory=Seen)
    connect: Latency = field(default_factory=Latency)
    missed: int = 0
    dropped: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    health: Health = field(default_factory=Health)
    invalid: str = ""
    seconds: list[Second] = field(default_factory=list)

    def second(self, number: int) -> Second:
        """The second of this number, made where it is missing."""
        while len(self.seconds) <= number:
            self.seconds.append(Second())
        return self.seconds[number]

    def merge(self, other: "Step") -> None:
        """Take in the same step of another process."""
        self.duration_s = max(self.duration_s, other.duration_s)
        self.counts.add(other.counts)
        self.seen.merge(other.seen)
        self.connect.merge(other.connect)
        self.missed += other.missed
        self.dropped += other.dropped
        for reason, times in other.failed.items():
            self.failed[reason] = self.failed.get(reason, 0) + times
        self.health.merge(other.health)
        for number, second in enumerate(other.seconds):
            self.second(number).merge(second)


@dataclass(slots=True)
class Fault:
    """A pair of players between whom events went wrong; user ids, and how many of each kind."""

    sender: str
    receiver: str
    lost: int
    doubled: int
    reordered: int
    late: int


@dataclass(slots=True)
class Judgement:
    """A condition that was asked for, and whether it held."""

    condition: str
    step: int
    """Which of the steps, from 0."""
    observed: float | None
    holds: bool


@dataclass(slots=True)
class Try:
    """One trial of a capacity search: a step of the run, and how it was judged."""

    step: int
    """Which of the steps, from 0."""
    players: int
    held: bool | None
    """None where the generator was saturated: that says nothing of the server."""
    margin: float | None
    """Of the latency that came closest to its limit, observed / limit; None where there is none."""


@dataclass(slots=True)
class Knee:
    """What a capacity search found: the largest number of players at which the objective holds.

    Attributes:
        low: with `high`, the 95 % interval; None where nothing bounds it from above.
        limited_by: why the number is only a bound: "least" or "most" (of what was to be tried), or
            "generator"; empty where it is none.
        below: which trial held at the largest size up to the number.
        above: which trial failed at the smallest size above it.
    """

    objective: str
    players: int
    low: int
    high: int | None
    limited_by: str
    trials: list[Try] = field(default_factory=list)
    below: int | None = None
    above: int | None = None


@dataclass(slots=True)
class Stack:
    """One of the servers that were compared.

    Attributes:
        key: its name on the command line.
        label: its name for people.
        run: its capacity search; None where it was not run.
        missing: why not.
    """

    key: str
    label: str
    run: "Run | None" = None
    missing: str = ""


@dataclass(slots=True)
class Run:
    """A whole run; `tool` is "bots", "locust", "capacity" or "stacks", which holds the runs of
    several servers in place of steps. Times of day are ISO 8601 in UTC."""

    tool: str
    version: str
    started: str
    server: str
    protocol: int
    seed: int | None
    machine: Mapping[str, str | int | float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    worst_pairs: list[Fault] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    capacity: Knee | None = None
    stacks: list[Stack] = field(default_factory=list)
    verdict: str = ""
    exit_code: int = 0
