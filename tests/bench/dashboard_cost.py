"""What the dashboard costs: the same swarm with it and with lines, in turn.

    python tests/bench/dashboard_cost.py [--bots 200] [--seconds 10] [--rounds 6]

On a terminal of 120 × 36 that takes all at once; a server on one core, a swarm on the other. The
figures are the swarm's processor time, in part of a core, and what it says of move → seen; and, as
runs differ by more than the dashboard, the time that each second's sample and picture take in a
swarm. Not here: what the ledger costs (`bench.ledger_cost`).
"""

import argparse
import asyncio
import fcntl
import os
import pty
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop
from bench.machine import describe, pick_cores

from bots.course import Course
from bots.dashboard.frame import frame
from bots.dashboard.glyphs import UNICODE
from bots.dashboard.history import History
from bots.dashboard.screen import Screen
from bots.plan import Plan
from bots.scripts import BUILT_IN
from bots.swarm import Swarm
from gridcli.core.run.file import decode_run
from gridcli.core.run.model import Step
from gridcli.core.run.verdict import SATURATED
from gridcli.heap import steady_heap
from gridcli.link.target import Target

_COLUMNS, _LINES = 120, 36


def played(url: str, given: argparse.Namespace, *, plain: bool) -> Step:
    """One run."""
    with a_terminal() as terminal, tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "gridcli", "bots", "--server", url, "--seed", "1"]
        command += ["--count", str(given.bots), "--duration", str(given.seconds)]
        command += ["--out", file.name, *(["--plain"] if plain else [])]
        ended = subprocess.run(
            command,
            stdin=terminal,
            stdout=subprocess.DEVNULL,
            stderr=terminal,
            env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
            check=False,
        )
        if ended.returncode not in (0, SATURATED):
            raise AssertionError(f"{' '.join(command)} ended with {ended.returncode}")
        step = decode_run(Path(file.name).read_bytes()).steps[0]
    p99 = step.seen.every.percentile_ms(99)
    how = "lines" if plain else "dashboard"
    doubt = f"  INVALID: {step.invalid}" if step.invalid else ""
    print(f"{how:<9} {step.health.cpu:.2%} of a core, p99 {p99} ms{doubt}", file=sys.stderr)
    return step


async def timed(url: str, given: argparse.Namespace, terminal: int) -> list[tuple[float, float]]:
    """What the dashboard takes of the loop each second: processor time and time, in ms."""
    plan = Plan(
        target=Target(url),
        script=BUILT_IN["random"],
        script_name="random",
        steps=(given.bots,),
        rate=4.0,
        ramp_s=None,
        step_s=given.seconds * 3,
        seed=1,
        patience_s=5.0,
    )
    took_ms: list[tuple[float, float]] = []
    stop = asyncio.Event()

    def show(_: Swarm) -> None:
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        history.sample()
        screen.draw(lambda width, height: frame(history.figures(), width, height, UNICODE))
        cpu_s = time.thread_time() - began_cpu_s
        took_ms.append((cpu_s * 1000, (time.perf_counter() - began_s) * 1000))

    swarm = Swarm(plan, show, stop)
    course = Course(swarm, stop)
    history = History(course)
    screen = Screen(terminal, lambda _: None)
    steady_heap()
    screen.open()
    try:
        async with swarm.open():
            await course.play(lambda _: None)
    finally:
        screen.close()
    return took_ms[2:]  # the first ones are also the library's own


@contextmanager
def a_terminal() -> Iterator[int]:
    """A terminal that takes whatever is written to it."""
    terminal, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    # A process of its own: a thread would share the interpreter with the swarm.
    reading = ["sh", "-c", "exec cat > /dev/null 2>&1"]
    with subprocess.Popen(reading, stdin=terminal) as reader:
        try:
            yield other_end
        finally:
            os.close(other_end)
            os.close(terminal)
            reader.terminate()


def main() -> None:
    """Measure, and print two lines."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--bots", type=int, default=200)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--rounds", type=int, default=6)
    given = options.parse_args()
    cores = pick_cores(pin=True)
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", "--log-level", "warning"]
    each: dict[bool, list[Step]] = {True: [], False: []}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            if cores.server is not None and cores.generator is not None:
                os.sched_setaffinity(server.pid, {cores.server})
                os.sched_setaffinity(0, {cores.generator})
            for number in range(given.rounds):
                for plain in (True, False) if number % 2 else (False, True):
                    each[plain].append(played(found[0], given, plain=plain))
            with a_terminal() as terminal:
                took_ms = uvloop.run(timed(found[0], given, terminal))
        finally:
            server.terminate()
    lines, drawn = (statistics.median(s.health.cpu for s in each[how]) for how in (True, False))
    p99 = {
        how: statistics.median(s.seen.every.percentile_ms(99) or 0.0 for s in steps)
        for how, steps in each.items()
    }
    print(f"{given.bots} bots, {given.rounds} runs each; {describe(cores)['machine']}")
    print(
        f"{drawn:.1%} of a core with the dashboard, {lines:.1%} with lines: "
        f"{drawn - lines:+.2%} of a core, {drawn / lines:.3f} times; "
        f"p99 {p99[False]:.1f} and {p99[True]:.1f} ms"
    )
    cpu_ms, all_ms = (sorted(each) for each in zip(*took_ms, strict=True))
    print(
        f"each second's sample and picture: {statistics.median(cpu_ms):.1f} ms of processor time, "
        f"{statistics.median(all_ms):.1f} ms of the loop (medians of {len(took_ms)}; "
        f"the longest {all_ms[-1]:.1f} ms)"
    )


if __name__ == "__main__":
    main()
