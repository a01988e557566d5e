"""How long a move takes to be seen: our server beside a Flask-SocketIO one, in turn, in one run.

    python tests/bench/latency.py [--bots 10,20,50] [--seconds 5] [--rounds 2]

Machines are shared and noisy, so the sides take turns round by round, and what is worth reading
is the ratio in the last column, not a figure by itself. The generator shares the machine with the
server; a row that it was too slow for is marked. Not here: a pass or a fail.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from servers import Server, flask_demo, running_server


class Side(NamedTuple):
    """A server, and the dialect that is played with it."""

    name: str
    protocol: int


SIDES = (
    Side("gridcli, protocol 2", 2),
    Side("gridcli, protocol 1", 1),
    Side("Flask-SocketIO (threading), protocol 1", 1),
)


def start(side: Side) -> AbstractContextManager[Server]:
    """The side's server, fresh."""
    return flask_demo() if side is SIDES[-1] else running_server()


def measure(side: Side, bots: int, seconds: float) -> dict[str, Any]:
    """One run of so many bots, as `gridcli bots --json` tells it."""
    with start(side) as server:
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "gridcli", "bots", "--server", server.url, "--json"),
                *("--count", str(bots), "--duration", str(seconds)),
                *("--protocol", str(side.protocol)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if not ended.stdout:
        raise SystemExit(ended.stderr)
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def row(side: Side, bots: int, reports: list[dict[str, Any]], base_ms: float | None) -> str:
    """The medians over the rounds."""
    p50, p99 = (
        statistics.median(r["seen_ms"]["every"][p] or float("inf") for r in reports)
        for p in ("p50", "p99")
    )
    owed = sum(r["deliveries"]["owed"] for r in reports)
    share = sum(r["deliveries"]["seen"] for r in reports) / max(owed, 1)
    ratio = f"{p99 / base_ms:.2f} ×" if base_ms else "1"
    note = " (generator saturated)" if any(r["exit_code"] == 98 for r in reports) else ""
    return f"| {side.name} | {bots} | {p50:.1f} | {p99:.1f} | {share:.1%} | {ratio}{note} |"


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--bots", default="10,20,50", help="numbers of bots (default 10,20,50)")
    options.add_argument("--seconds", type=float, default=5.0, help="length of each run (5)")
    options.add_argument("--rounds", type=int, default=2, help="runs of each side (2)")
    given = options.parse_args()
    counts = [int(n) for n in given.bots.split(",")]

    today = datetime.datetime.now(datetime.UTC).date()
    print(f"`{' '.join(['python', 'tests/bench/latency.py', *sys.argv[1:]])}`, {today}, ", end="")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; 4 moves/s a bot\n")
    print("| server | bots | p50 ms | p99 ms | seen | p99 against the first |")
    print("|---|---|---|---|---|---|", flush=True)
    for bots in counts:
        reports: dict[Side, list[dict[str, Any]]] = {side: [] for side in SIDES}
        for number in range(given.rounds):
            for side in SIDES:
                note = f"{bots} bots, round {number + 1}: {side.name}"
                print(f"\r\x1b[K{note}" if sys.stderr.isatty() else note, file=sys.stderr, end="")
                print(end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
                reports[side].append(measure(side, bots, given.seconds))
        if sys.stderr.isatty():
            print("\r\x1b[K", file=sys.stderr, end="", flush=True)
        base_ms = statistics.median(
            r["seen_ms"]["every"]["p99"] or float("inf") for r in reports[SIDES[0]]
        )
        for side in SIDES:
            first = side is SIDES[0]
            print(row(side, bots, reports[side], None if first else base_ms), flush=True)


if __name__ == "__main__":
    main()
