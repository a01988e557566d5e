"""What `bench.screen` measures: frames, one's own steps, slow terminals, the start.

Every scene is the real `gridcli play` on a pseudo-terminal, a real server, and real bots. Not
here: the order of the scenes and the page (`bench.screen`).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from servers import running_server

from .watched_terminal import WatchedTerminal

COLUMNS, LINES = 120, 40
GRID = "80x36"
"""All of it is in view on such a terminal: everyone who moves is drawn."""
SETTLE_S = 4.0
_LEFT, _RIGHT = b"\x1b[D", b"\x1b[C"
_LATE_S = 3.0


class Load(NamedTuple):
    """What a screen shows and costs."""

    frames: float
    """A second."""
    core: float
    """The screen's process, in part of a core."""
    kilobytes: float
    """Written to the terminal a second."""
    frame_bytes: float


class Steps(NamedTuple):
    """From a key to its step on the screen, in ms; what never came counts as `_LATE_S`."""

    count: int
    p50: float
    p95: float
    most: float


class Slow(NamedTuple):
    """A screen whose terminal may be slow, and what the others notice of it."""

    load: Load | None
    steps: Steps | None
    others_p50_ms: float
    others_p99_ms: float


def percentile(values: list[float], share: float) -> float:
    """The value that so many are not above."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


@contextmanager
def game(grid: str = GRID) -> Iterator[str]:
    """A server; yields its address."""
    with running_server("--grid", grid) as server:
        yield server.url


@contextmanager
def screen(url: str, **options: Any) -> Iterator[WatchedTerminal]:
    """A player's screen, on which the player is seen."""
    command = [sys.executable, "-m", "gridcli", "play", "--server", url, "--name", "ada"]
    terminal = WatchedTerminal(command, columns=COLUMNS, lines=LINES, **options)
    try:
        if not terminal.wait_until(lambda: bool(terminal.own)):
            raise SystemExit("the screen did not come up")
        yield terminal
    finally:
        terminal.end()


class Crowd:
    """Bots who play four steps a second each, for so long; none is a crowd, too."""

    def __init__(self, url: str, count: int, seconds: float) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if count:
            command = [sys.executable, "-m", "gridcli", "bots", "--server", url, "--json"]
            command += ["--count", str(count), "--ramp", "1s", "--duration", f"{seconds:g}s"]
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.communicate()

    def saw(self) -> tuple[float, float]:
        """Wait for the end; p50 and p99 of move → seen among the bots, in ms."""
        assert self._process is not None
        told, _ = self._process.communicate()
        every = json.loads(told)["steps"][0]["seen"]["every"]
        return every["p50"], every["p99"]


def load_of(terminal: WatchedTerminal, seconds: float) -> Load:
    """Watch for so long."""
    frames, written, core_s = len(terminal.frames), terminal.bytes, _core_s(terminal.pid)
    began_s = time.perf_counter()
    time.sleep(seconds)
    took_s = time.perf_counter() - began_s
    new = terminal.frames[frames:]
    return Load(
        len(new) / took_s,
        (_core_s(terminal.pid) - core_s) / took_s,
        (terminal.bytes - written) / took_s / 1000,
        percentile([float(frame.size) for frame in new], 0.5) if new else 0.0,
    )


def steps_of(terminal: WatchedTerminal, presses: int, rng: Random) -> Steps:
    """Press arrows to and fro, at no beat that frames could fall into step with."""
    took_ms = []
    for number in range(presses):
        seen = len(terminal.own)
        pressed_s = terminal.press(_LEFT if number % 2 else _RIGHT)
        if terminal.wait_until(lambda seen=seen: len(terminal.own) > seen, _LATE_S):
            took_ms.append((terminal.own[seen].at_s - pressed_s) * 1000)
        else:
            took_ms.append(_LATE_S * 1000)
        time.sleep(rng.uniform(0.1, 0.25))
    return Steps(presses, percentile(took_ms, 0.5), percentile(took_ms, 0.95), max(took_ms))


def frames_scene(count: int, seconds: float, grid: str = GRID) -> Load:
    """A screen with so many others who move."""
    with game(grid) as url, screen(url) as terminal, Crowd(url, count, SETTLE_S + seconds + 2):
        time.sleep(SETTLE_S)
        return load_of(terminal, seconds)


def steps_scene(count: int, presses: int, rng: Random) -> Steps:
    """One's own steps among so many others."""
    with game() as url, screen(url) as terminal, Crowd(url, count, SETTLE_S + presses):
        time.sleep(SETTLE_S if count else 1.0)
        return steps_of(terminal, presses, rng)


def crowd_scene(count: int, seconds: float) -> Slow:
    """What a crowd sees of itself with no screen beside it."""
    with game() as url, Crowd(url, count, seconds) as crowd:
        return Slow(None, None, *crowd.saw())


def slow_scene(count: int, seconds: float, presses: int, rng: Random, **terminal: Any) -> Slow:
    """What it sees beside a screen on such a terminal, and what that screen shows."""
    with (
        game() as url,
        screen(url, **terminal) as shown,
        Crowd(url, count, SETTLE_S + seconds + presses * 0.4) as crowd,
    ):
        time.sleep(SETTLE_S)
        load = load_of(shown, seconds)
        steps = steps_of(shown, presses, rng)
        return Slow(load, steps, *crowd.saw())


def start_scene() -> float:
    """From the start of the process until one's own symbol is drawn, with a server of one's own."""
    command = [sys.executable, "-m", "gridcli", "play", "--server", "new", "--port", "0"]
    terminal = WatchedTerminal(command, columns=COLUMNS, lines=LINES)
    try:
        if not terminal.wait_until(lambda: bool(terminal.own)):
            raise SystemExit("the screen did not come up")
        return terminal.own[0].at_s - terminal.started_s
    finally:
        terminal.end()


def _core_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
