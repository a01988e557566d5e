"""One bot of the game: a link, and a script's moves.

Not here: its turns (`bots.participant`), what it plays (`bots.scripts`), how many there are and
when they play (`bots.swarm`).
"""

import time
from random import Random

import aiohttp

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.ledger import Ledger
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import DEMO
from gridcli.core.protocol.updates import Delta, Status, Update
from gridcli.core.strategies import OTHER, seed_of
from gridcli.link.link import Link
from gridcli.link.states import NotLive

from .participant import Participant
from .plan import Plan
from .player import Player
from .tally import Tally


class Bot(Participant):
    """One player of the swarm.

    Args:
        number, plan, ledger, tally: see `Participant`.
        http: the swarm's HTTP session.
    """

    def __init__(
        self, number: int, plan: Plan, ledger: Ledger, tally: Tally, http: aiohttp.ClientSession
    ) -> None:
        super().__init__(number, plan, ledger, tally)
        record = plan.recorder.track(number) if plan.recorder is not None else None
        self.link = Link(
            plan.target.turned(number),
            on_update=self._on_update,
            on_burst=self._on_burst,
            on_state=self._on_state,
            rng=Random(seed_of(plan.seed, number, OTHER)),
            http=http,
            record=record,
        )
        self._ahead: Cell | None = None
        """Where the moves that are under way will have led."""
        rng = Random(seed_of(plan.seed, number))
        self._player = Player(self, self.link.mirror, number, rng)

    @property
    def protocol(self) -> int:
        """See `Participant`."""
        return self.link.protocol

    async def answer_s(self) -> float:
        """See `Participant`."""
        try:
            return await self.link.probe()
        except NotLive:
            return 0.0

    async def take_step(self, direction: Direction) -> None:
        """Send one step at the next turn."""
        intended_s = await self._turn()
        while True:
            try:
                seq = self.link.step(direction)
                break
            except NotLive:
                self._lose()
                intended_s = await self._turn()
        sent_s = time.monotonic()
        if self._ahead is not None:
            self._ahead = self.link.mirror.grid.step(self._ahead, direction)
        self._sent(seq, intended_s, sent_s, self._ahead)

    async def pass_turn(self) -> None:
        """Let the next turn pass."""
        await self._turn()

    async def say(self, text: str) -> None:
        """Say something; a server without chat takes nothing."""
        if self.link.protocol != DEMO:
            await self._ready.wait()
            try:
                await self.link.say(text)
            except NotLive:
                pass  # the line is lost with the connection

    async def go_to(self, room: str) -> None:
        """Change rooms."""
        await self._ready.wait()
        self._ledger.ask(self._receiver)
        try:
            await self.link.go_to(room)
        except Refusal:
            self._come_in()  # still where it was
            self._ahead = None  # steps of before may be under way: it is not known where they end
            raise
        except NotLive:
            pass  # it comes back to where it was

    async def _open(self) -> None:
        await self.link.open()

    async def _close(self) -> None:
        await self.link.close()

    async def _play(self) -> None:
        replay = self._plan.replay
        await (replay.script if replay is not None else self._plan.script)(self._player)

    def _on_update(self, update: Update, received_s: float) -> None:
        self._tally.updates += 1
        kind = type(update)
        if kind is Status or (kind is Delta and update.full and not self._receiver.room):  # type: ignore[union-attr]  # told by its type
            self._come_in()
        else:
            self._ledger.saw(self._receiver, update, received_s)

    def _on_burst(self, burst: Burst, received_s: float) -> None:
        self._tally.updates += len(burst)
        self._ledger.saw(self._receiver, burst, received_s)

    def _come_in(self) -> None:
        """A full state is in the mirror: from now on every move in this room is ours to see."""
        mirror = self.link.mirror
        state: Delta | Status
        if mirror.protocol == DEMO:
            state = Status({u: who.symbol for u, who in mirror.who.items()}, mirror.cells)
        else:
            state = Delta(mirror.tick, mirror.users, full=True, seqs=mirror.seqs)
        self._ledger.enter(self._receiver, mirror.user_id, mirror.room, state, self.link.node)
        self._ahead = mirror.cell
