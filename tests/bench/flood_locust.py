"""The players of the Locust scenarios in a flood, with their ledger and Locust's statistics.

The flood's positions are nobody's steps; so each is entered as a step of its player when the first
one sees it, and is then owed to, and seen by, all of them. Not here: the flood (`bench.flood`).
"""

import time
from typing import Any

import gevent
from locust.env import Environment

from gridcli.core.ledger import Ledger, Receiver
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.updates import Placed
from gridcli.heap import steady_heap
from loadtest import _figures
from loadtest._account import Account
from loadtest._options import Options
from loadtest._player import Player, Where

_figures.install()
_WARM_UP_S = 1.0


class FloodedLedger(Ledger):
    """Enters positions as steps of the players that they show, or keeps nothing."""

    def __init__(self, keeps: bool) -> None:
        super().__init__()
        self.updates = self._first_seen = 0
        self._keeps = keeps
        self._within = False
        self._seen: dict[Receiver, int] = {}
        self._by_id: dict[str, Receiver] = {}
        self._steps: dict[Receiver, int] = {}

    def come(self, receivers: list[Receiver]) -> None:
        self._by_id = {receiver.user_id: receiver for receiver in receivers}
        self._seen = dict.fromkeys(receivers, 0)
        self._steps = dict.fromkeys(receivers, 0)

    def saw(self, receiver: Receiver, update: object, now_s: float) -> None:
        if self._within:  # a burst that is taken update by update
            super().saw(receiver, update, now_s)
            return
        for part in update if isinstance(update, Burst) else (update,):
            self._enter(receiver, part, now_s)
        if self._keeps:
            self._within = True
            super().saw(receiver, update, now_s)
            self._within = False

    def _enter(self, receiver: Receiver, update: object, now_s: float) -> None:
        self.updates += 1
        seen = self._seen.get(receiver)
        if seen is not None and type(update) is Placed:
            self._seen[receiver] = seen + 1
            if seen == self._first_seen:
                self._first_seen += 1
                mover = self._by_id.get(update.user_id)
                if mover is not None and self._keeps:
                    self._steps[mover] += 1
                    self.sent(mover, self._steps[mover], now_s, now_s, update.cell)


def flooded(url: str, connections: int, seconds: float, keeps: bool) -> tuple[int, float, float]:
    """How many updates the players took in, in how long, with how much processor time."""
    environment = Environment()
    environment.create_local_runner()
    account = Account(environment, Options(protocol=1))
    ledger: Any = FloodedLedger(keeps)
    account.ledger = account.timeline._ledger = ledger
    where = Where(url, "websocket", 1, "lobby")
    players = [Player(account, where, lambda world: _nowhere()) for _ in range(connections)]
    for connecting in [gevent.spawn(player.connect) for player in players]:
        connecting.get()
    ledger.come([player._receiver for player in players])
    account.start()
    steady_heap()
    gevent.sleep(_WARM_UP_S)
    account.begin()
    before, wall_s, cpu_s = ledger.updates, time.perf_counter(), time.process_time()
    gevent.sleep(seconds)
    taken = ledger.updates - before
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    counted = ledger.counts
    if keeps and counted.seen < taken / 2:
        raise AssertionError(f"only {counted.seen} of {taken} deliveries were accounted for")
    return taken, wall_s, cpu_s


def _nowhere() -> Any:
    raise AssertionError("nobody moves by itself in a flood")
