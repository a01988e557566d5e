"""100 honest bots as a process of their own, which plays and accounts when it is told to.

    python tests/abuse/crowd_process.py URL COUNT RATE

It says `ready` when all are in. For each `begin` on its input it says `begun` and plays until the
next line, and then prints the step, a line of JSON. It leaves at the end of its input. Not here:
the other end of it (`crowd`).
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bots.loading import load_script
from bots.participant import Participant
from bots.plan import Plan
from bots.swarm import Swarm
from gridcli.core.run.file import to_plain
from gridcli.heap import steady_heap
from gridcli.link.target import Target, Transport

_MIX = (Transport.POLLING, Transport.UPGRADE, *(Transport.WEBSOCKET,) * 8)
_PATIENCE_S = 5.0


class MixedSwarm(Swarm):
    """One in ten polls, and one in ten upgrades; the rest is WebSocket."""

    def _make(self, number: int, http: aiohttp.ClientSession) -> Participant:
        plan, kind = self.plan, _MIX[number % len(_MIX)]
        self.plan = replace(plan, target=replace(plan.target, transport=kind))
        try:
            return super()._make(number, http)
        finally:
            self.plan = plan


async def play(url: str, count: int, rate: float) -> None:
    """The whole life of the crowd."""
    stop, lines = asyncio.Event(), asyncio.StreamReader()
    reading = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: reading, sys.stdin)
    plan = Plan(
        target=Target(url, name="honest"),
        script=load_script("random"),
        script_name="random",
        steps=(count,),
        rate=rate,
        ramp_s=None,
        step_s=None,
        seed=count,
        patience_s=_PATIENCE_S,
    )
    swarm = MixedSwarm(plan, lambda _: None, stop)
    async with swarm.open():
        await swarm.resize(count)
        steady_heap()
        print("ready", flush=True)
        while await lines.readline():
            playing = asyncio.create_task(swarm.measure(None))
            print("begun", flush=True)
            await lines.readline()
            stop.set()
            print(json.dumps(to_plain(await playing)), flush=True)
            stop.clear()
            await swarm.resize(count)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
