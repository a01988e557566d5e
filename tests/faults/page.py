"""The figures of whole fault suites as a page: both brokers side by side, and the limits.

    python tests/faults/page.py figures.jsonl [more.jsonl] > docs/benchmarks/cluster.md

Where a scenario measured something several times, the worst counts. Not here: what is measured
(`test_nodes`, `test_broker`, `test_bus`).
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Cores, describe
from bench.table import table
from faults.figures import Figure

TITLES = {
    "kill": "A node is killed with -9 and started again, 20 times, 60 bots",
    "rolling_restart": "Each node in turn is stopped and started again, 300 bots",
    "sigterm": "One node is stopped, 150 bots",
    "storm": "1000 bots are thrown off at once",
    "broker_stopped": "The broker is stopped for 60 s, 60 bots",
    "black_hole": "The way to the broker swallows everything for 10 s, 60 bots",
    "broker_slow": "The broker answers 500 ms late each way, 100 bots",
    "move_seen_elsewhere": "How long a move takes to be seen on another node, 300 bots, 1 move/s",
    "forged": "What is not sealed, too long or garbled",
    "traffic": "What goes over the bus",
    "traffic_by_nodes": "What goes over the bus, by nodes",
}
BROKERS = ("redis", "rabbitmq")

_HEAD = """# Several nodes, and what befalls them

`make faults` makes this page: three nodes behind nginx (the shipped configuration), a private Redis
or RabbitMQ, and bots of ours on both dialects and all transports (one in ten polls, one in ten
upgrades, the rest is WebSocket), all on one machine.

{facts}

The nodes, the broker, nginx, the bots and a dropping proxy between each node and the broker share
these cores, and the network is loopback: latencies between real machines come on top, and
more cores take away from them. Times of the suite's own lateness stand beside those that it might
have caused. Where a figure was measured several times, this is the worst of them.
"""


def page(figures: Sequence[Figure], facts: Iterable[str]) -> str:
    """All of it as Markdown."""
    parts = [_HEAD.format(facts="\n".join(f"- {fact}" for fact in facts))]
    for scenario, title in TITLES.items():
        found = [figure for figure in figures if figure.scenario == scenario]
        lines = [
            [what, *(_worst(found, what, broker) for broker in BROKERS), _limit(found, what)]
            for what in dict.fromkeys(figure.what for figure in found)
        ]
        if lines:
            parts += [f"## {title}\n", table(["", "Redis", "RabbitMQ", "at most"], lines), ""]
    return "\n".join(parts)


def _worst(figures: Iterable[Figure], what: str, broker: str) -> str:
    found = [figure for figure in figures if (figure.what, figure.broker) == (what, broker)]
    if not found:
        return "–"
    pick = min if found[0].at_least else max
    figure = pick(found, key=lambda one: one.value)
    count = f" ({len(found)} times)" if len(found) > 1 else ""
    count = f" (of {figure.count:,})" if figure.count and len(found) == 1 else count
    mark = "" if figure.holds else " **over**"
    return f"{_rounded(figure.value)} {figure.unit}{count}{mark}".strip()


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _limit(figures: Iterable[Figure], what: str) -> str:
    for figure in figures:
        if figure.what == what and figure.limit:
            return f"{'at least ' if figure.at_least else ''}{_rounded(figure.limit)} {figure.unit}"
    return ""


def main() -> None:
    """Read files of JSON lines, and print the page."""
    figures = []
    for name in sys.argv[1:]:
        for line in Path(name).read_text().splitlines():
            told = json.loads(line)
            told.pop("holds")
            figures.append(Figure(**told))
    facts = describe(Cores())
    print(page(figures, [facts["date"], facts["machine"], facts["versions"]]), end="")


if __name__ == "__main__":
    main()
