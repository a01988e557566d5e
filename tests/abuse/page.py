"""The page of the abuse benchmark: each row's outcome, and what the honest noticed of it.

Not here: the measuring (`benchmark`).
"""

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.machine import describe, pick_cores
from bench.table import table

from gridcli.core.latency import Latency

if TYPE_CHECKING:
    from abuse.benchmark import Result

_HEAD = """# What strangers send, and what the others notice of it

`{command}`, {date}; {machine}; {pinned}; attackers share the generator's core at the lowest
priority. {versions}.

{honest} honest bots (8 of 10 on WebSocket, one polls, one upgrades; protocol 2; {rate:g} moves a
second each) play in the lobby of one server with its defaults. For each row windows of calm and of
attack alternate, {rounds} of each, {seconds:g} s long (where an attack takes 10 s: 2 of 12 s), at
10 attacks a second (floods fewer, those who never read 1); inputs of one row take turns.

- *gone*: from the attack to the delta in which a spectator sees its player leave, the median and
  the longest; where nobody had joined, until the connection or the session ended.
- *p99*: move → seen of the honest, over all receivers. *ratio*: of each pair of neighbouring
  windows, the median and, in brackets, the smallest and the largest.
- *lag*: how late the bots' own process was, calm / attack.
- *lost*: everything that the ledger of the honest knows: moves not seen or seen late, ticks
  missed, doubled or out of order, connections lost.
"""

_LIMITS = """## What this does not say

How it is over a real network, or against many machines: attackers, bots and server share one
machine and its loopback, and what an attack costs its own side is in the bots' times, which run on
the same core (see *lag*). The first row is no attack at all: a ratio like its own is the price of
somebody coming and going. Ratios of a shared machine scatter; what the brackets hold is no
difference. A flood of packets from many addresses is the network's to stop, and nothing here
measures it. What each input must lead to is asserted by the tests in `tests/abuse`; forged messages
of the bus are in [cluster.md](cluster.md).
"""


def _milliseconds(latency: Latency) -> str:
    value = latency.percentile_ms(99)
    return "–" if value is None else f"{value:.1f}"


def _ratio(result: "Result") -> str:
    calm = [latency.percentile_ms(99) for latency in result.calm.seen]
    attack = [latency.percentile_ms(99) for latency in result.attack.seen]
    pairs = [a / c for c, a in zip(calm, attack, strict=True) if a and c]
    if not pairs:
        return "–"
    return f"{statistics.median(pairs):.2f} ({min(pairs):.2f}–{max(pairs):.2f})"


def _gone(result: "Result") -> str:
    times = [outcome.gone_s for outcome in result.outcomes if outcome.gone_s is not None]
    return f"{statistics.median(times):.3f} / {max(times):.3f}" if times else "–"


def _outcome(result: "Result") -> str:
    told = Counter(str(outcome) for outcome in result.outcomes)
    words = [text for text, _ in told.most_common(3)]
    if result.failures:
        words.append(f"**{len(result.failures)} failed: {result.failures[0]}**")
    return "; ".join(words).replace("|", "\\|").replace("[[[[", "[[…")


def _lost(result: "Result") -> str:
    lost = result.calm.lost | result.attack.lost
    return ", ".join(f"{name} {value}" for name, value in lost.items()) or "0"


def page(
    results: Sequence["Result"],
    sizes_kib: Sequence[int],
    back_s: Sequence[float],
    given: argparse.Namespace,
    printed: Sequence[str],
    load: Sequence[float],
) -> str:
    """All of it as Markdown."""
    body = [
        (
            result.row.name,
            result.row.must,
            _outcome(result),
            str(len(result.outcomes)),
            _gone(result),
            _milliseconds(result.calm.all_seen),
            _milliseconds(result.attack.all_seen),
            _ratio(result),
            f"{_milliseconds(result.calm.lag)} / {_milliseconds(result.attack.lag)}",
            _lost(result),
        )
        for result in results
    ]
    head = ("input", "must", "outcome", "attacks", "gone, s", "p99 calm, ms", "p99 attack, ms")
    head += ("ratio", "lag p99, ms", "lost")
    facts = describe(pick_cores(pin=True))
    owed = sum(result.calm.owed + result.attack.owed for result in results)
    attacks = sum(len(result.outcomes) for result in results)
    tracebacks = sum("Traceback" in line for line in printed)
    parts = [
        _HEAD.format(command="make abuse", honest=100, **vars(given), **facts),
        table(head, body),
        f"\nThe honest were owed {owed:,} deliveries in all. For {attacks:,} attacks the server "
        f"printed {len(printed):,} lines, and {tracebacks} tracebacks. The machine's load average "
        f"was {load[0]:.1f} before and {load[-1]:.1f} after: what is above 2 is not ours, and "
        "is in all times.",
        "\n## Memory\n",
        f"{given.tries:,} binary events at a time (2 kB each, five to a session) against a server "
        f"of its own, and its resident memory before and after each batch, in MiB: "
        f"{', '.join(f'{size / 1024:.1f}' for size in sizes_kib)}. Kept, a batch would be "
        f"{given.tries * 2 / 1024:.0f} MiB. What an ended session leaves is collected late (see "
        "`gridcli/heap.py`): the first batches grow to where that begins.\n",
    ]
    if back_s:
        ranked = sorted(back_s)
        parts += [
            "## A thousand thrown off at once\n",
            f"{given.storm} players (half of them protocol 1; one in ten polls, one in ten "
            f"upgrades) whose connections were reset together: {len(ranked)} noticed, 99 % of them "
            f"played again after {ranked[int(len(ranked) * 0.99) - 1]:.2f} s, the last after "
            f"{ranked[-1]:.2f} s (must: 15 s and 30 s).\n",
        ]
    return "\n".join([*parts, _LIMITS])
