"""What every client of a swarm is: a place in the ledger, and turns that what it sends keeps to.

Not here: what it sends and hears (`bots.bot`, `bots.guest`), how many there are and when they play
(`bots.swarm`).
"""

import asyncio
import logging
import math
import time
from abc import ABC, abstractmethod
from random import Random

from gridcli.core.errors import GridError
from gridcli.core.geometry import Cell
from gridcli.core.ledger import Ledger
from gridcli.core.schedule import Schedule, Turns
from gridcli.core.strategies import TIMES, seed_of
from gridcli.link.states import Kicked, Live, Reconnecting, Refused, State

from .plan import Plan
from .tally import Tally

log = logging.getLogger("gridcli.bots")

_LEAST_SLEEP_S = 0.001


class Participant(ABC):
    """One client of the swarm.

    Args:
        number: its place in the swarm.
        plan: what the swarm does.
        ledger: the swarm's account.
        tally: the swarm's counts.
    """

    def __init__(self, number: int, plan: Plan, ledger: Ledger, tally: Tally) -> None:
        self.number = number
        self.failed = False
        self._plan = plan
        self._ledger = ledger
        self._tally = tally
        self._receiver = ledger.receiver()
        # Its sources depend on the seed and its number alone, so it plays the same in a larger
        # swarm.
        self._times = Random(seed_of(plan.seed, number, TIMES))
        self._turns: Turns = Schedule(0, 0.0, self._times)
        self._due_s = math.inf
        self._ideal_s = self._asked_s = self._left_s = 0.0
        """The last turn: when it would best have been taken; then, when the script came for the
        next one, and when it had gone from the last."""
        self._asleep: asyncio.Future[None] | None = None
        self._live = False
        self._playing = False
        self._ready = asyncio.Event()
        """Connected, and it is time to play."""
        self._ready_s = math.inf
        """Since when."""

    @property
    @abstractmethod
    def protocol(self) -> int:
        """The dialect of the game that the server speaks; 0 where it is another application."""

    @abstractmethod
    async def answer_s(self) -> float:
        """How long the server takes to answer now, in seconds; 0 where it can't be asked."""

    async def connect(self) -> None:
        """Come in. Raises what the connection's `open` raises."""
        started_s = time.monotonic()
        self._ledger.ask(self._receiver)
        await self._open()
        self._tally.came(time.monotonic() - started_s)

    def begin(self, now_s: float) -> None:
        """Play from now on, at turns that are fixed with this."""
        plan = self._plan
        if plan.replay is not None:
            self._turns = plan.replay.timetable(self.number, now_s)
        else:
            self._turns = Schedule(plan.rate, now_s, self._times)
        self._playing = True
        self._set_ready(now_s)
        self._wake()

    def pause(self, now_s: float) -> float:
        """Play no more until the next `begin`; say how late the swarm is with a move, in s."""
        self._playing = False
        self._set_ready(now_s)
        late_s = now_s - self._ideal_of(self._due_s) if self._live else 0.0
        self._due_s = math.inf
        return max(0.0, late_s)

    async def run(self) -> None:
        """Play until there is no more to play, or this is cancelled; then watch."""
        try:
            await self._ready.wait()
            await self._play()
        except GridError as error:
            self._fail(f"script stopped: {error}")
        except Exception as error:  # a user's script may do anything; the swarm plays on
            log.warning("script of bot %d", self.number, exc_info=error)
            self._fail(f"script failed: {type(error).__name__}: {error}")

    async def close(self) -> None:
        """Leave."""
        self._ledger.forget(self._receiver)
        await self._close()

    @abstractmethod
    async def _open(self) -> None:
        """Connect, and be in."""

    @abstractmethod
    async def _close(self) -> None:
        """End the connection."""

    @abstractmethod
    async def _play(self) -> None:
        """What it does, from the first turn on."""

    def _sent(self, seq: int, intended_s: float, sent_s: float, cell: Cell | None = None) -> None:
        """What was wanted at a time is sent, as its number `seq`."""
        self._ledger.sent(self._receiver, seq, intended_s, sent_s, cell)
        self._tally.move(sent_s - self._ideal_s)

    def _lose(self) -> None:
        """The connection was lost in this very moment: the state follows."""
        self._live = False
        self._set_ready(time.monotonic())

    async def _turn(self) -> float:
        """Wait for the next turn and return its intended time."""
        self._asked_s = time.monotonic()
        while True:
            if not self._ready.is_set():
                await self._ready.wait()
                # What fell due since then is only late: it could have been sent.
                self._tally.miss(self._turns.skip_to(self._ready_s))
            turns = self._turns
            self._due_s = due_s = turns.next_s()
            await self._sleep_until(due_s)
            if turns is not self._turns:
                continue  # another step has begun meanwhile
            if self._ready.is_set():
                self._ideal_s = self._ideal_of(due_s)
                self._due_s = math.inf
                self._left_s = time.monotonic()
                return due_s
            if self._playing:
                self._tally.miss(1)  # its turn came while it was not connected

    def _ideal_of(self, due_s: float) -> float:
        """When a swarm without delays of its own had taken this turn.

        It would have done so when the turn was due, or once the script, which may have waited for
        the server, came for it.
        """
        return max(due_s, self._ideal_s + self._asked_s - self._left_s)

    async def _sleep_until(self, due_s: float) -> None:
        """Wait for a time, or for the begin of the next step."""
        wait_s = due_s - time.monotonic()
        if wait_s <= 0:
            await asyncio.sleep(0)  # a script that never waits must not keep others from the loop
            return
        loop, turns = asyncio.get_running_loop(), self._turns
        while wait_s > 0 and turns is self._turns:
            asleep = self._asleep = loop.create_future()
            # uvloop counts whole milliseconds, and may come back before the time: then once more,
            # since a move that is sent before its time would be seen too fast.
            delay_s = max(wait_s, _LEAST_SLEEP_S)
            timer = loop.call_later(delay_s, self._wake) if wait_s < math.inf else None
            try:
                await asleep
            finally:
                if timer is not None:
                    timer.cancel()
            wait_s = due_s - time.monotonic()

    def _wake(self) -> None:
        if self._asleep is not None and not self._asleep.done():
            self._asleep.set_result(None)

    def _on_state(self, state: State) -> None:
        was_live, self._live = self._live, isinstance(state, Live)
        self._tally.live += self._live - was_live
        self._set_ready(time.monotonic())
        match state:
            case Reconnecting(attempt):
                if attempt == 1:
                    self._tally.drop()
                self._ledger.forget(self._receiver)
                self._ledger.ask(self._receiver)
            case Refused(code, text) | Kicked(code, text) if was_live:
                self._ledger.forget(self._receiver)
                self._fail(f"{text} [{code}]")

    def _set_ready(self, now_s: float) -> None:
        if not (self._live and self._playing):
            self._ready.clear()
        elif not self._ready.is_set():
            self._ready_s = now_s
            self._ready.set()

    def _fail(self, reason: str) -> None:
        self.failed = True
        self._tally.fail(reason)
