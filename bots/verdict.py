"""What a run means: one sentence and an exit code.

0 every move was seen by everyone, 1 bots failed or moves were lost, 98 the generator was too slow
for its figures to be trusted, 130 interrupted before its time.
"""

from dataclasses import dataclass

from .swarm import Swarm

FAILED = 1
SATURATED = 98
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence for people and a code for scripts."""

    text: str
    exit_code: int = 0


def judge(swarm: Swarm, *, interrupted: bool) -> Verdict:
    """The verdict on a run that has ended."""
    complaint = swarm.health.complaint(swarm.tally.debt)
    if complaint:
        # First of all: a slow generator must never be taken for a slow server.
        return Verdict(
            f"INVALID, the generator was saturated: {complaint}; use fewer bots, or more processes",
            SATURATED,
        )
    if interrupted:
        return Verdict("interrupted", INTERRUPTED)
    faults = [
        f"{n} {what}"
        for n, what in (
            (sum(swarm.tally.failures.values()), "bots failed"),
            (swarm.counts.lost, "deliveries lost"),
            (swarm.tally.lost_connections, "connections lost"),
            (swarm.missing_ticks, "ticks missing"),
        )
        if n
    ]
    if faults:
        return Verdict("FAILED: " + ", ".join(faults), FAILED)
    if not swarm.counts.owed:
        return Verdict("FAILED: no move was sent", FAILED)
    return Verdict("ok, everyone saw every move")
