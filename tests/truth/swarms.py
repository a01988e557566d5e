"""Bots for these proofs: as the command in a process of its own, or here, with every frame noted.

Not here: the servers and the proxy that they play against.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop
from servers import ROOT, Server
from truth.notes import LOST, RECEIVED, SENT, Notes

from bots.loading import load_script
from bots.plan import Plan
from bots.result import run_of
from bots.swarm import Swarm
from gridcli.core.ledger import Ledger
from gridcli.core.run.file import decode_run
from gridcli.core.run.limits import Limits
from gridcli.core.run.model import Run, Step
from gridcli.link.recorder import Recorder
from gridcli.link.states import Reconnecting, State
from gridcli.link.target import Target

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts.py"
PATIENT = ("--limit-lag", "30s", "--limit-debt", "30s", "--limit-cpu", 9)
"""For bots whose accounts must be right however busy the machine is."""


@contextmanager
def serving(script: str, *args: object) -> Iterator[Server]:
    """A server of this folder, by its file; it writes what it has to say when this ends."""
    server = Server([sys.executable, str(HERE / script), *map(str, args)])
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def proxied(url: str, notes: Path, *args: object) -> Iterator[Server]:
    """The proxy before a server; its notes are there when this ends."""
    parts = urlsplit(url)
    with serving("proxy.py", parts.hostname, parts.port, notes, *args) as proxy:
        yield proxy


def bots_command(url: str, *args: object) -> list[str]:
    """The command line of a swarm."""
    options = [*("--server", url), "--transport", "websocket", *map(str, args)]
    return [sys.executable, "-m", "gridcli", "bots", *options]


def play(url: str, out: Path, *args: object, timeout_s: float = 110.0) -> Run:
    """`gridcli bots` from begin to end, whatever its exit code; its run file."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
    ended = subprocess.run(
        bots_command(url, *args, "--out", out),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert out.exists(), ended.stderr + ended.stdout
    return decode_run(out.read_bytes())


class _Track:
    """Takes down one bot's frames, where the swarm would write a recording."""

    incoming = True

    def __init__(self, notes: Notes, number: int) -> None:
        self._notes, self._number = notes, number

    def sent(self, frame: str) -> None:
        self._notes.add(SENT, self._number, frame.encode())

    def received(self, frame: bytes) -> None:
        self._notes.add(RECEIVED, self._number, frame)

    def state(self, state: State, mirror: object, transport: str) -> None:
        if isinstance(state, Reconnecting):
            self._notes.add(LOST, self._number, b"")


class _Notary:
    """Every bot's frames, in the very order in which the swarm's process took them."""

    def __init__(self) -> None:
        self.notes = Notes()

    def track(self, number: int) -> Any:
        return _Track(self.notes, number)

    async def close(self) -> None:
        """Nothing to close."""


def play_here(
    url: str,
    *,
    bots: int,
    seconds: float,
    rate: float = 10.0,
    script: str = "random",
    patience_s: float = 3.0,
    seed: int = 1,
    protocol: int = 2,
) -> tuple[Step, Ledger, Notes]:
    """Play one step in this process; its account, and all frames as its bots had them."""
    notary = _Notary()
    plan = Plan(
        target=Target(url, protocol=protocol),
        script=load_script(script),
        script_name=script,
        steps=(bots,),
        rate=rate,
        ramp_s=None,
        step_s=seconds,
        seed=seed,
        patience_s=patience_s,
        limits=Limits(lag_ms=30_000.0, debt_ms=30_000.0, cpu=9.0),
        recorder=cast(Recorder, notary),
    )

    async def run() -> Swarm:
        swarm = Swarm(plan, lambda swarm: None, asyncio.Event())
        async with swarm.open():
            await swarm.resize(bots)
            await swarm.measure(seconds)
        return swarm

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        swarm = runner.run(run())
    (step,) = run_of(swarm, "bots", "").steps
    return step, swarm.ledger, notary.notes
