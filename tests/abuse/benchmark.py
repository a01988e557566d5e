"""Each input of the abuse table against a running server, beside a hundred honest bots.

    python tests/abuse/benchmark.py > docs/benchmarks/abuse.md

For each row windows of calm and of attack alternate in one run, on one server. The server has a
core of its own; bots and attackers share the others, the attackers with the lowest priority. Not
here: the rows (`rows`), the page (`page`).
"""

import argparse
import asyncio
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop
from abuse.arena import Arena, arena_on
from abuse.attacker import Outcome, connect
from abuse.attacks import STRIKES
from abuse.conftest import HONEST, resident_kib
from abuse.crowd import Crowd, losses
from abuse.page import page
from abuse.rows import MEMORY_FRAME, ROWS, Row
from abuse.wire import web_socket
from bench.machine import pick_cores, raise_file_limit
from bench.sides import on_core
from faults.crowd import Crowd as Players
from faults.proxy import proxying
from servers import Server, running_server
from waiting import until

from gridcli.core.latency import Latency
from gridcli.core.run.model import Step

_PATIENCE_S = 40.0
_AT_ONCE = 20
_LONG_ROUNDS = 2
"""Of rows whose attacks take long."""


@dataclass
class Windows:
    """The windows of one kind of one row."""

    seen: list[Latency] = field(default_factory=list)
    lag: Latency = field(default_factory=Latency)
    lost: dict[str, object] = field(default_factory=dict)
    owed: int = 0

    def add(self, step: Step) -> None:
        """Take in one."""
        self.seen.append(step.seen.every)
        self.lag.merge(step.health.lag)
        self.lost |= losses(step)
        self.owed += step.counts.owed

    @property
    def all_seen(self) -> Latency:
        """Of all of them."""
        together = Latency()
        for latency in self.seen:
            together.merge(latency)
        return together


@dataclass
class Result:
    """What was measured of a row."""

    row: Row
    calm: Windows = field(default_factory=Windows)
    attack: Windows = field(default_factory=Windows)
    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def attack_for(arena: Arena, row: Row, seconds: float, result: Result) -> None:
    """Attack at the row's pace, and see every attack to its end."""

    async def one() -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                result.outcomes.append(await row.attack(arena))
        except Exception as error:  # the page says so; the other rows go on
            result.failures.append(f"{type(error).__name__}: {error}")

    began_s = time.monotonic()
    running = []
    for number in range(int(seconds * row.per_s)):
        await asyncio.sleep(began_s + number / row.per_s - time.monotonic())
        running.append(asyncio.create_task(one()))
    await asyncio.sleep(began_s + seconds - time.monotonic())
    await asyncio.gather(*running)


async def measure(arena: Arena, crowd: Crowd, row: Row, given: argparse.Namespace) -> Result:
    """The windows of a row, in turn."""
    result = Result(row)
    seconds = row.seconds or given.seconds
    for _ in range(min(given.rounds, _LONG_ROUNDS) if row.seconds else given.rounds):
        await asyncio.to_thread(crowd.begin)
        await asyncio.sleep(seconds)
        result.calm.add(await asyncio.to_thread(crowd.end))
        await asyncio.to_thread(crowd.begin)
        attacking = asyncio.create_task(attack_for(arena, row, seconds, result))
        await asyncio.sleep(seconds)
        result.attack.add(await asyncio.to_thread(crowd.end))
        await attacking
    return result


async def memory(tries: int, batches: int) -> list[int]:
    """What a new server's process has before and after each batch of binary events, in KiB."""

    async def session(arena: Arena) -> None:
        async with web_socket(arena.http, arena.url) as socket:
            await socket.send(connect(spectate=True), *[MEMORY_FRAME] * STRIKES)
            await socket.ended()

    with running_server() as server:
        async with arena_on(server.url) as arena:
            sizes = [resident_kib(server)]
            for _ in range(batches):
                for _ in range(tries // STRIKES // _AT_ONCE):
                    await asyncio.gather(*(session(arena) for _ in range(_AT_ONCE)))
                sizes.append(resident_kib(server))
    return sizes


async def storm(server: Server, count: int) -> list[float]:
    """How long each of so many needs to play again, after all were thrown off at once; seconds."""
    port = int(server.url.rpartition(":")[2])
    with proxying("127.0.0.1", port, ["n"]) as proxy:
        url = f"http://127.0.0.1:{proxy.port('n')}"
        async with Players(url, count, {}, rate=0.1) as players:
            thrown_s = time.monotonic()
            proxy.reset("n")
            proxy.heal("n")
            # One in ten polls, and may not notice.
            await until(lambda: len(players.absences(thrown_s)) >= count * 0.8, "most to be lost")
            await players.all_live()
            return [absence.took_s for absence in players.absences(thrown_s)]


async def run(given: argparse.Namespace) -> str:
    """All of it; the page."""
    cores = pick_cores(pin=True)
    load = [os.getloadavg()[0]]
    with ExitStack() as stack:
        with on_core(cores.server):
            server = stack.enter_context(running_server())
        rows = [row for row in ROWS if given.only in row.name]
        with on_core(cores.generator), Crowd(server.url, HONEST, given.rate) as crowd:
            if cores.generator is not None:
                os.sched_setaffinity(0, {cores.generator})
            os.nice(10)
            async with arena_on(server.url) as arena:
                results = []
                for row in rows:
                    results.append(await measure(arena, crowd, row, given))
                    print(progress(results[-1]), file=sys.stderr, flush=True)
                load.append(os.getloadavg()[0])
        sizes = await memory(given.tries, given.batches)
        back = await storm(server, given.storm) if given.storm else []
        return page(results, sizes, back, given, server.output, load)


def progress(result: Result) -> str:
    """One line for who waits."""
    calm, attack = (w.all_seen.percentile_ms(99) for w in (result.calm, result.attack))
    outcome = str(result.outcomes[0]) if result.outcomes else "none"
    lost = result.calm.lost | result.attack.lost
    return (
        f"{result.row.name}: {outcome}; p99 {calm} → {attack} ms; lost {lost}; "
        f"{len(result.outcomes)} attacks; failures {result.failures[:2]}"
    )


def main() -> None:
    """Measure, and print the page."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seconds", type=float, default=3.0, help="of each window (3)")
    options.add_argument("--rounds", type=int, default=5, help="of calm and attack (5)")
    options.add_argument("--rate", type=float, default=2.0, help="moves of each bot a second (2)")
    options.add_argument("--tries", type=int, default=10_000, help="of binary events, a batch")
    options.add_argument("--batches", type=int, default=10, help="of them (10)")
    options.add_argument("--storm", type=int, default=1000, help="thrown off at once; 0: none")
    options.add_argument("--only", default="", help="rows whose name has this in it")
    given = options.parse_args()
    raise_file_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(runner.run(run(given)), end="")


if __name__ == "__main__":
    main()
