"""One client of another application: at each turn it sends what the description says.

Not here: its turns (`bots.participant`), the description (`gridcli.core.application`).
"""

import time
from random import Random

import aiohttp

from gridcli.core.description import Description
from gridcli.core.errors import GridError
from gridcli.core.ledger import Ledger, Sequenced
from gridcli.core.strategies import OTHER, seed_of
from gridcli.link.guest import Guest as Link
from gridcli.link.states import NotLive

from .participant import Participant
from .plan import Plan
from .tally import Tally


class Guest(Participant):
    """One client of an application.

    Args:
        number, plan, ledger, tally: see `Participant`.
        description: the application.
        http: the swarm's HTTP session.
    """

    def __init__(
        self,
        number: int,
        plan: Plan,
        ledger: Ledger,
        tally: Tally,
        description: Description,
        http: aiohttp.ClientSession,
    ) -> None:
        super().__init__(number, plan, ledger, tally)
        self._description = description
        self._client = description.client(number, Random(seed_of(plan.seed, number)))
        self._link = Link(
            plan.target.turned(number),
            description,
            self._client,
            on_in=self._come_in,
            on_heard=self._on_heard,
            on_state=self._on_state,
            rng=Random(seed_of(plan.seed, number, OTHER)),
            http=http,
        )

    @property
    def protocol(self) -> int:
        """See `Participant`."""
        return 0

    async def answer_s(self) -> float:
        """See `Participant`."""
        try:
            return await self._link.probe()
        except GridError:
            return 0.0

    async def _open(self) -> None:
        await self._link.open()

    async def _close(self) -> None:
        await self._link.close()

    async def _play(self) -> None:
        while True:
            intended_s = await self._turn()
            try:
                send = self._link.next_event()
            except NotLive:
                self._lose()
                continue
            # Entered first: what is written may be answered before this goes on.
            sent_s = time.monotonic()
            self._sent(self._client.seq, intended_s, sent_s)
            send()

    def _come_in(self) -> None:
        user_id, room = self._description.place(self._client)
        hears_itself = self._description.application.hears_itself
        self._ledger.enter(self._receiver, user_id, room, None, hears_itself=hears_itself)

    def _on_heard(self, heard: Sequenced, received_s: float) -> None:
        self._tally.updates += 1
        self._ledger.saw(self._receiver, heard, received_s)
