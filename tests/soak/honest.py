"""The honest players of a soak: a swarm of `gridcli bots` in a process of its own, by the minute.

In a process of its own its latencies are not those of the troublemakers. Orders and answers are
JSON lines over its pipes: so many players for so many seconds, and what they saw. With the end of
standard input it leaves. Not here: who makes the trouble (`soak.visitors`, `soak.rude`).
"""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop

from bots.plan import Plan
from bots.scripts import BUILT_IN
from bots.swarm import Swarm
from gridcli.core.run.limits import Limits
from gridcli.heap import steady_heap
from gridcli.link.target import Target, Transport

RATE = 4.0
"""Moves a second of each."""
_PATIENCE_S = 10.0
_SCRIPT = "chatter"


class Seen(NamedTuple):
    """What honest players saw of each other in some seconds."""

    players: int
    """Connected at the end."""
    p50_ms: float
    p99_ms: float
    owed: int
    """Deliveries that were expected, and `lost` of them."""
    lost: int
    dropped: int
    """Connections that were lost."""
    failed: dict[str, int]
    """Players who could not come in, or were thrown out, by the reason."""
    invalid: str
    """Why the swarm itself was too slow for its latencies to be the server's; else empty."""


class Honest:
    """The controlling end; use it with `async with`."""

    def __init__(self, url: str, seed: int) -> None:
        self._given = [url, str(seed)]

    async def __aenter__(self) -> "Honest":
        # A session of its own: Ctrl-C is for whoever gives the orders.
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(Path(__file__)), *self._given),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return self

    async def play(self, players: int, seconds: float) -> Seen:
        """So many players, who come or go first if there are others now, for so long."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps([players, seconds])}\n".encode())
        line = await self._process.stdout.readline()
        assert line, f"the honest players have ended with {await self._process.wait()}"
        return Seen(*json.loads(line))

    def end(self) -> None:
        """What is played now ends early, with its account; they leave, and play no more."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def __aexit__(self, *exc: object) -> None:
        self.end()
        await self._process.wait()


def _seen(swarm: Swarm) -> Seen:
    step = swarm.timeline.step
    every = step.seen.every
    return Seen(
        swarm.tally.live,
        every.percentile_ms(50) or 0.0,
        every.percentile_ms(99) or 0.0,
        step.counts.owed,
        step.counts.lost,
        step.dropped,
        step.failed,
        step.invalid,
    )


async def _serve(url: str, seed: int) -> None:
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    stop = asyncio.Event()
    plan = Plan(
        target=Target(url, transport=Transport.WEBSOCKET),
        script=BUILT_IN[_SCRIPT],
        script_name=_SCRIPT,
        steps=(),
        rate=RATE,
        ramp_s=None,
        step_s=None,
        seed=seed,
        patience_s=_PATIENCE_S,
        limits=Limits(),
    )
    swarm = Swarm(plan, lambda swarm: None, stop)
    steady_heap()
    async with swarm.open():
        order = await orders.readline()
        while order:
            players, seconds = json.loads(order)
            await swarm.resize(players)
            coming = asyncio.ensure_future(orders.readline())
            # The end of orders ends what is played now, with its account.
            coming.add_done_callback(lambda line: line.result() or stop.set())
            await swarm.measure(seconds)
            print(json.dumps(_seen(swarm)), flush=True)
            order = await coming


def main(url: str, seed: str) -> None:
    """Obey until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(url, int(seed)))


if __name__ == "__main__":
    main(*sys.argv[1:])
