"""What the players notice of others: many who join at once, and some who never read.

    python tests/bench/disturbances.py [--players 450] [--seconds 10] [--rounds 3]

The same players, in turn in one run: by themselves, while 1000 join within 5 s, with 50 more who
read and stand still, and with 50 more who never read. Not here: how many players a server holds
(`bench.fanout`).
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import pick_cores, raise_file_limit
from bench.measure import compile_generator, resident_kib, run
from bench.sides import GRIDCLI, TICKS, Side, running
from bench.table import table

OTHERS = 50
SCENES: dict[str, dict[str, object]] = {
    "by themselves": {},
    "1000 join within 5 s": {"storm": 1000, "storm_seconds": 5},
    f"{OTHERS} more stand still and read": {"storm": OTHERS, "storm_seconds": 0.5},
    f"{OTHERS} more never read": {"idle": OTHERS},
}


class Outcome(NamedTuple):
    """One round: percentiles of move → seen in ms, the share seen, the server's MiB at its end."""

    p50_ms: float
    p99_ms: float
    seen: float
    resident_mib: float


def measure(binary: Path, side: Side, given: argparse.Namespace, scene: dict[str, Any]) -> Outcome:
    """One round on a fresh server."""
    cores = pick_cores(pin=True)
    with running(side, "20x10", cores.server) as server:
        told = run(
            binary,
            server.url,
            core=cores.generator,
            server_pids=[server.pid],
            players=given.players,
            protocol=side.protocol,
            seconds=given.seconds,
            **scene,
        ).generator
        resident_mib = resident_kib(server.pid) / 1024
    latency = told["intended_ms"]
    return Outcome(latency["p50"], latency["p99"], told["seen_share"], resident_mib)


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--players", type=int, default=450, help="who move (%(default)s)")
    options.add_argument("--seconds", type=float, default=10.0, help="of each run (%(default)s)")
    options.add_argument("--rounds", type=int, default=3, help="of each, the median counts (3)")
    given = options.parse_args()
    raise_file_limit()
    outcomes: dict[tuple[Side, str], list[Outcome]] = {}
    with tempfile.TemporaryDirectory() as folder:
        binary = compile_generator(Path(folder))
        for number in range(given.rounds):
            for side in (GRIDCLI, TICKS):
                for scene, extra in SCENES.items():
                    outcome = measure(binary, side, given, extra)
                    outcomes.setdefault((side, scene), []).append(outcome)
                    print(f"round {number + 1}, {side.label}, {scene}: {outcome}", file=sys.stderr)
    rows = []
    for (side, scene), rounds in outcomes.items():
        p50, p99, seen, mib = (statistics.median(values) for values in zip(*rounds, strict=True))
        rows.append(
            (str(side.protocol), scene, f"{p50:.1f}", f"{p99:.1f}", f"{seen:.1%}", f"{mib:.0f}")
        )
    head = ("protocol", f"{given.players} players", "p50 ms", "p99 ms", "seen", "server MiB")
    print(table(head, rows))


if __name__ == "__main__":
    main()
