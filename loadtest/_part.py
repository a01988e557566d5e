"""What one process hands over at the end of a test, and what those of several come to.

Workers send theirs as plain values. A step of the whole run holds what all processes measured in
it; it is invalid where one of them was too slow. Not here: judging and printing
(`loadtest._result`), the messages (`loadtest._crew`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import gevent

from gridcli.core.ledger import Counts
from gridcli.core.ledger.across import Across
from gridcli.core.run.file import from_plain, to_plain
from gridcli.core.run.model import Fault, Step

from ._account import Account

_WORST_PAIRS = 100
_SILENT = "a worker has not reported"


@dataclass(slots=True)
class Part:
    """One process's share of a test, or all of it.

    Attributes:
        counts: the ledger's totals, also of what belongs to no step.
        across: what came of moves between processes, of the players who were still there.
    """

    protocol: int
    counts: Counts = field(default_factory=Counts)
    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    across: Across = field(default_factory=Across)


def part_of(account: Account) -> Part:
    """What an account has come to."""
    return Part(
        account.protocol,
        account.ledger.counts,
        [step for step in account.timeline.steps if step.duration_s > 0],
        [
            Fault(sender, receiver, f.lost, f.doubled, f.reordered, f.late)
            for sender, receiver, f in account.ledger.pairs.worst(_WORST_PAIRS)
        ]
        + [Fault(p.sender, p.receiver, p.moves, 0, 0, 0) for p in account.across.pairs],
        account.across,
    )


def pack(part: Part) -> dict[str, Any]:
    """The part as plain values; lets other greenlets run in between."""
    plain = to_plain(Part(part.protocol, part.counts, [], part.faults, part.across))
    for step in part.steps:
        plain["steps"].append(_pack_step(step))
    return cast(dict[str, Any], plain)


def _pack_step(step: Step) -> Any:
    seconds, step.seconds = step.seconds, []
    plain = to_plain(step)
    step.seconds = seconds
    for second in seconds:
        plain["seconds"].append(to_plain(second))
        gevent.sleep(0)  # an hour has thousands of histograms, and the master wants heartbeats
    return plain


def unpack(plain: object) -> Part:
    """What `pack` made. Raises `BadRun`."""
    return cast(Part, from_plain(Part, plain))


def whole_of(parts: Iterable[Part], silent: int = 0) -> Part:
    """All parts together.

    Args:
        parts: those that came.
        silent: how many processes have not handed theirs over.
    """
    parts = list(parts)
    whole = Part(parts[0].protocol if parts else 0)
    for part in parts:
        whole.counts.add(part.counts)
        whole.across.add(part.across)
        whole.faults += part.faults[: _WORST_PAIRS - len(whole.faults)]
        for number, step in enumerate(part.steps):
            if number == len(whole.steps):
                whole.steps.append(Step(0, step.start_s))
            _take_in(whole.steps[number], step)
    if silent and whole.steps:
        whole.steps[-1].failed[_SILENT] = silent
    return whole


def _take_in(whole: Step, step: Step) -> None:
    whole.merge(step)
    whole.players += step.players
    whole.start_s = min(whole.start_s, step.start_s)
    whole.invalid = whole.invalid or step.invalid
