"""One bot: a link, a place in the ledger, and a schedule that its script's moves keep to.

Not here: what it plays (`bots.scripts`), how many there are and for how long (`bots.swarm`).
"""

import asyncio
import logging
import time
from collections import Counter
from random import Random

import aiohttp

from gridcli.core.errors import GridError, Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.latency import Latency
from gridcli.core.ledger import Ledger
from gridcli.core.protocol.names import DEMO
from gridcli.core.protocol.updates import Delta, Placed, Removed, Status, Update
from gridcli.core.schedule import Schedule
from gridcli.link.link import Link
from gridcli.link.states import Live, NotLive, Reconnecting, Refused, State
from gridcli.link.target import Target

from .player import Player
from .scripts import Bot as Script

log = logging.getLogger("gridcli.bots")


class Tally:
    """What the swarm counts beside the ledger."""

    def __init__(self) -> None:
        self.connect = Latency()
        """From the start of a connection until the first full state is there."""
        self.failures: Counter[str] = Counter()
        """Why bots could not play: a reason, and how many."""
        self.connected = 0
        self.live = 0
        self.lost_connections = 0
        self.sent = 0
        self.missed = 0
        """Moves that fell due while a bot was not connected."""
        self.updates = 0
        """Updates taken in: what the swarm's process had to receive."""
        self.debt = Latency()
        """How late moves went out: intended → sent. The generator's own fault."""


class Bot:
    """One player of the swarm.

    Args:
        number: its place in the swarm.
        target: where it plays.
        script: what it plays.
        rate: its moves per second.
        ledger: the swarm's account.
        tally: the swarm's counts.
        rng: the bot's own.
        http: the swarm's HTTP session.
    """

    def __init__(
        self,
        number: int,
        target: Target,
        script: Script,
        rate: float,
        ledger: Ledger,
        tally: Tally,
        rng: Random,
        http: aiohttp.ClientSession,
    ) -> None:
        self.link = Link(
            target,
            on_update=self._on_update,
            on_state=self._on_state,
            rng=rng,
            http=http,
        )
        self.failed = False
        self._script = script
        self._rate = rate
        self._ledger = ledger
        self._tally = tally
        self._rng = rng
        self._receiver = ledger.receiver()
        self._schedule = Schedule(rate, 0.0, rng)
        self._live = asyncio.Event()
        self._ahead: Cell | None = None
        """Where the moves that are under way will have led."""
        self._player = Player(self, self.link.mirror, number, rng)

    async def connect(self) -> None:
        """Come in. Raises what `Link.open` raises."""
        started_s = time.monotonic()
        self._ledger.ask(self._receiver)
        await self.link.open()
        self._tally.connect.add([time.monotonic() - started_s])
        self._tally.connected += 1

    async def run(self) -> None:
        """Play the script until it returns, or this is cancelled; then watch."""
        self._schedule = Schedule(self._rate, time.monotonic(), self._rng)
        try:
            await self._script(self._player)
        except GridError as error:
            self._fail(f"script stopped: {error}")
        except Exception as error:  # a user's script may do anything; the swarm plays on
            log.warning("script of bot %d", self._player.number, exc_info=error)
            self._fail(f"script failed: {type(error).__name__}: {error}")

    async def close(self) -> None:
        """Leave."""
        self._ledger.leave(self._receiver)
        await self.link.close()

    async def take_step(self, direction: Direction) -> None:
        """Send one step at the next turn."""
        intended_s = await self._turn()
        while True:
            await self._live.wait()
            try:
                seq = self.link.step(direction)
                break
            except NotLive:  # lost in this very moment: the state follows
                self._live.clear()
        sent_s = time.monotonic()
        grid = self.link.mirror.grid
        self._ahead = grid.step(self._ahead, direction) if self._ahead else None
        self._ledger.sent(self._receiver, seq, intended_s, sent_s, self._ahead)
        self._tally.sent += 1
        self._tally.debt.add([max(0.0, sent_s - intended_s)])

    async def pass_turn(self) -> None:
        """Let the next turn pass."""
        await self._turn()

    async def say(self, text: str) -> None:
        """Say something; a server without chat takes nothing."""
        if self.link.protocol != DEMO:
            await self._live.wait()
            try:
                await self.link.say(text)
            except NotLive:
                pass  # the line is lost with the connection

    async def go_to(self, room: str) -> None:
        """Change rooms."""
        await self._live.wait()
        self._ledger.ask(self._receiver)
        try:
            await self.link.go_to(room)
        except Refusal:
            self._come_in()  # still where it was
            self._ahead = None  # steps of before may be under way: it is not known where they end
            raise
        except NotLive:
            pass  # it comes back to where it was

    async def _turn(self) -> float:
        """Wait for the next turn and return its intended time."""
        if not self._live.is_set():
            await self._live.wait()
            self._tally.missed += self._schedule.skip_to(time.monotonic())
        intended_s = self._schedule.next_s()
        wait_s = intended_s - time.monotonic()
        # Also when late: a script that never waits must not keep the others from the loop.
        await asyncio.sleep(max(0.0, wait_s))
        return intended_s

    def _on_update(self, update: Update, received_s: float) -> None:
        self._tally.updates += 1
        match update:
            case Delta():
                if update.full and not self._receiver.room:
                    self._come_in()
                else:
                    self._ledger.saw_delta(self._receiver, update, received_s)
            case Placed():
                self._ledger.saw_position(self._receiver, update, received_s)
            case Removed():
                self._ledger.saw_removed(self._receiver, update)
            case Status():
                self._come_in()

    def _come_in(self) -> None:
        """A full state is in the mirror: from now on every move in this room is ours to see."""
        mirror = self.link.mirror
        state: Delta | Status
        if mirror.protocol == DEMO:
            state = Status({u: who.symbol for u, who in mirror.who.items()}, mirror.cells)
        else:
            state = Delta(mirror.tick, mirror.users, full=True, seqs=mirror.seqs)
        self._ledger.enter(self._receiver, mirror.user_id, mirror.room, state)
        self._ahead = mirror.cell

    def _on_state(self, state: State) -> None:
        was_live = self._live.is_set()
        if isinstance(state, Live):
            self._live.set()
            self._tally.live += 1
            return
        self._live.clear()
        if was_live:
            self._tally.live -= 1
        match state:
            case Reconnecting(attempt=1):
                self._tally.lost_connections += 1
                self._ledger.forget(self._receiver)
                self._ledger.ask(self._receiver)
            case Refused(code, text) if was_live:
                self._ledger.forget(self._receiver)
                self._fail(f"{text} [{code}]")

    def _fail(self, reason: str) -> None:
        self.failed = True
        self._tally.failures[reason] += 1
