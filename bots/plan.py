"""What a swarm is to do. Not here: doing it (`bots.swarm`), the options (`bots.command`)."""

from dataclasses import dataclass, field

from gridcli.core.application import Application
from gridcli.core.run.limits import Limits
from gridcli.link.recorder import Recorder
from gridcli.link.target import Target

from .pace import BOTS_PER_RAMP_SECOND
from .replay import Replay
from .scripts import Bot as Script


@dataclass(frozen=True, slots=True)
class Plan:
    """What a swarm does.

    Attributes:
        steps: numbers of bots, one step after the other.
        ramp_s: the time in which the bots of a step come in; None gives 100 bots a second.
        step_s: how long each step is measured; None goes on until stopped.
        limits: past which the swarm itself is too slow.
        recorder: takes the run down, where it is recorded.
        replay: what the bots play in place of the script, at its own times.
        application: whose clients the bots are in place of players; then `script_name` is its.
    """

    target: Target
    script: Script
    script_name: str
    steps: tuple[int, ...]
    rate: float
    ramp_s: float | None
    step_s: float | None
    seed: int
    patience_s: float
    limits: Limits = field(default_factory=Limits)
    recorder: Recorder | None = None
    replay: Replay | None = None
    application: Application | None = None

    def ramp_of(self, bots: int) -> float:
        """The time in which so many bots come in."""
        return bots / BOTS_PER_RAMP_SECOND if self.ramp_s is None else self.ramp_s
