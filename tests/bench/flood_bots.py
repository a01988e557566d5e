"""The bots of `gridcli bots` in a flood, with their ledger and without.

The flood's positions are nobody's steps; so each is entered as a step of its player when the first
bot sees it, and is then owed to, and seen by, all of them. Not here: the flood (`bench.flood`).
"""

import asyncio
import time
from typing import Any

from bots.bot import Bot
from bots.plan import Plan
from bots.scripts import BUILT_IN
from bots.tally import Tally
from gridcli.core.ledger import Ledger, Receiver
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.updates import Placed, Update
from gridcli.core.run.limits import Limits
from gridcli.core.run.timeline import Timeline
from gridcli.heap import steady_heap
from gridcli.link.dial import client_session
from gridcli.link.target import Target, Transport

_SWEEP_S = 0.1
_WARM_UP_S = 1.0


class NoLedger(Ledger):
    """An account that keeps nothing."""

    def enter(self, receiver: Receiver, *args: Any) -> None:
        receiver.room = "lobby"

    def sent(self, *args: Any) -> Any:
        return None

    def saw(self, *args: Any) -> None:
        pass


class FloodedBot(Bot):
    """A bot that enters positions as steps of the bots that they show."""

    first_seen = 0
    by_id: dict[str, "FloodedBot"] = {}  # noqa: RUF012  one flood in one process

    def come(self) -> None:
        self.seen = self.steps = 0
        FloodedBot.by_id[self.link.mirror.user_id] = self

    def _on_update(self, update: Update, received_s: float) -> None:
        self._enter(update, received_s)
        super()._on_update(update, received_s)

    def _on_burst(self, burst: Burst, received_s: float) -> None:
        for update in burst:
            self._enter(update, received_s)
        super()._on_burst(burst, received_s)

    def _enter(self, update: Update, received_s: float) -> None:
        if type(update) is Placed and hasattr(self, "seen"):
            self.seen += 1
            if self.seen > FloodedBot.first_seen:
                FloodedBot.first_seen = self.seen
                mover = FloodedBot.by_id.get(update.user_id)
                if mover is not None:
                    mover.steps += 1
                    self._ledger.sent(
                        mover._receiver, mover.steps, received_s, received_s, update.cell
                    )


async def flooded(
    url: str, connections: int, seconds: float, keeps: bool
) -> tuple[int, float, float]:
    """How many updates the bots took in, in how long, with how much processor time."""
    target = Target(url, transport=Transport.WEBSOCKET, protocol=1)
    plan = Plan(target, BUILT_IN["random"], "random", (connections,), 4.0, None, None, 1, 5.0)
    ledger = Ledger(plan.patience_s) if keeps else NoLedger()
    timeline = Timeline(ledger, time.monotonic(), Limits())
    timeline.prepare(connections)
    tally = Tally(timeline)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            timeline.add(ledger.sweep(time.monotonic()))

    sweeping = asyncio.create_task(sweep())
    async with client_session() as http:
        bots = [FloodedBot(number, plan, ledger, tally, http) for number in range(connections)]
        for bot in bots:
            await bot.connect()
        for bot in bots:
            bot.come()
        steady_heap()
        await asyncio.sleep(_WARM_UP_S)
        timeline.begin(time.monotonic(), time.process_time())
        before, wall_s, cpu_s = tally.updates, time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        taken = tally.updates - before
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        counted = ledger.counts
        if keeps and counted.seen < taken / 2:
            raise AssertionError(f"only {counted.seen} of {taken} deliveries were accounted for")
        sweeping.cancel()
        return taken, wall_s, cpu_s
