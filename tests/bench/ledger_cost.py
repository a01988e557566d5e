"""What the ledger costs where bots really play: the same swarm with it and without, in turn.

    python tests/bench/ledger_cost.py [--bots 500] [--seconds 5] [--rounds 3] [--protocol 2]

A server on one core, a swarm on the other; the figure is the swarm's processor time for each
update that it takes in. Not here: a flood of small frames (`bench.flood`).
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.flood_bots import NoLedger
from bench.machine import describe, pick_cores

from bots.plan import Plan
from bots.scripts import BUILT_IN
from bots.swarm import Swarm
from gridcli.heap import steady_heap
from gridcli.link.target import Target, Transport


async def played(url: str, bots: int, seconds: float, protocol: int, keeps: bool) -> float:
    """Processor time for each update, in µs."""
    target = Target(url, transport=Transport.WEBSOCKET, protocol=protocol)
    plan = Plan(target, BUILT_IN["random"], "random", (bots,), 4.0, None, seconds, 1, 5.0)
    swarm = Swarm(plan, lambda swarm: None, asyncio.Event())
    if not keeps:
        swarm.ledger = NoLedger()
    async with swarm.open():
        await swarm.resize(bots)
        steady_heap()
        updates, cpu_s = swarm.tally.updates, time.process_time()
        step = await swarm.measure(seconds)
        taken, cpu_s = swarm.tally.updates - updates, time.process_time() - cpu_s
    if keeps and (step.counts.lost or not step.counts.seen):
        raise AssertionError(f"{step.counts.lost} lost of {step.counts.owed}")
    what = f"{step.counts.seen} deliveries accounted for" if keeps else "no ledger"
    share = f"{cpu_s / step.duration_s:.2f} of a core"
    print(f"{what}: {taken / step.duration_s:.0f} updates/s on {share}", file=sys.stderr)
    return 1e6 * cpu_s / taken


def main() -> None:
    """Measure, and print a line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--bots", type=int, default=500)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--protocol", type=int, default=2)
    given = options.parse_args()
    cores = pick_cores(pin=True)
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", "--log-level", "warning"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        if cores.server is not None and cores.generator is not None:
            os.sched_setaffinity(server.pid, {cores.server})
            os.sched_setaffinity(0, {cores.generator})
        each: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(given.rounds):
            for keeps in (True, False):
                run = played(found[0], given.bots, given.seconds, given.protocol, keeps)
                each[keeps].append(uvloop.run(run))
        server.terminate()
    with_ledger, without = (statistics.median(each[keeps]) for keeps in (True, False))
    print(f"{given.bots} bots, protocol {given.protocol}; {describe(cores)['machine']}")
    print(
        f"{with_ledger:.1f} µs an update with the ledger, {without:.1f} µs without: "
        f"{with_ledger / without - 1:+.0%}"
    )


if __name__ == "__main__":
    main()
