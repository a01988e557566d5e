"""What changed from one run to another: the words of a comparison, and which steps it pairs.

Not here: how a word is found (`gridcli.core.run.compare`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .model import Step  # and with it numbers, which the rules do without

SEED = 1992
"""The same two files give the same answer."""

Word = Literal["worse", "better", "same", "can't tell"]


@dataclass(frozen=True, slots=True)
class Rules:
    """When a change counts: it is significant, and large enough to matter."""

    error: float = 0.05
    """The chance that a comparison of equals finds anything; half of it for worse."""
    min_change: float = 0.05
    """As a part of the old figure."""
    min_ms: float = 0.5
    min_lost: float = 1e-4
    """As a part of the deliveries owed."""
    seed: int = SEED


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one step in both runs: in ms, or of "lost" as a part of what was owed."""

    players: int
    figure: str
    before: float | None
    after: float | None
    change: float | None = None
    """As a part of `before`; of "lost" the difference."""
    low: float | None = None
    """With `high`, its 95 % interval; None where too little was measured."""
    high: float | None = None
    word: Word = "can't tell"
    judged: bool = True
    reason: str = ""
    """Why it can't be told."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed. `skipped` are steps that were not compared, and why."""

    changes: tuple[Change, ...]
    skipped: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What got worse."""
        return tuple(each for each in self.changes if each.judged and each.word == "worse")

    @property
    def enough(self) -> bool:
        """Whether enough was measured to judge a latency at all, or something got worse."""
        latencies = [each for each in self.changes if each.judged and each.figure != "lost"]
        return bool(self.regressions) or any(each.low is not None for each in latencies)


def matched(
    before: "Sequence[Step]", after: "Sequence[Step]"
) -> "tuple[list[tuple[Step, Step]], list[str]]":
    """The steps that can be compared, the n-th of a size with the n-th; and why others can't."""
    left, pairs, skipped = list(after), [], []
    for old in before:
        new = next((step for step in left if step.players == old.players), None)
        if new is None:
            skipped.append(f"{old.players} players: only in the first run")
            continue
        left.remove(new)
        reason = old.invalid or new.invalid
        if reason:
            which = "first" if old.invalid else "second"
            skipped.append(f"{old.players} players: INVALID in the {which} run ({reason})")
        else:
            pairs.append((old, new))
    skipped += [f"{new.players} players: only in the second run" for new in left]
    return pairs, skipped
