"""A client of another application: its way in, what it sends at each turn, and what it hears.

Not here: its connection (`loadtest._presence`), its turns (`loadtest._turns`), what is said
(`gridcli.core.visit`, `gridcli.core.description`).
"""

import time

from gridcli.core.application import Client
from gridcli.core.description import Description
from gridcli.core.errors import CannotConnect, GridError
from gridcli.core.protocol.bursts import Burst
from gridcli.core.visit import PutOut, Visit

from ._account import Account
from ._transport import Ended
from ._turns import TurnTaker

_HINT = "is it running? name it with --host"


class Guest(TurnTaker):
    """One connection of one client.

    Args:
        account: the process's.
        url, transport: the server, and how.
        description, client: the application, and who we are there.
    """

    def __init__(
        self, account: Account, url: str, transport: str, description: Description, client: Client
    ) -> None:
        super().__init__(account, url, transport, description.application.path)
        self._description = description
        self._client = client
        self._visit = Visit(description, client, self._send)

    def connect(self) -> None:
        """See `Presence`. Raises `BadDescription` as well."""
        try:
            super().connect()
        except CannotConnect as error:
            raise CannotConnect(error.address, error.reason, _HINT) from None

    def step(self, intended_s: float) -> None:
        """See `TurnTaker`. Raises `BadDescription` as well."""
        self._check()
        frame = self._visit.turn()
        ideal_s = max(intended_s, self._ideal_s)
        self._last = self._account.sent(self._receiver, self._client.seq, intended_s, ideal_s, None)
        self._send(frame)

    def _greeting(self) -> str:
        return self._visit.greeting()

    def _goodbye(self) -> str:
        return self._description.disconnect()

    def _take_in(self, frames: list[Burst | bytes]) -> None:
        visit, receiver, saw = self._visit, self._receiver, self._ledger.saw
        for frame in frames:
            if type(frame) is Burst:
                continue  # positions of the game, which number nothing
            heard = visit.take(frame)
            if heard is not None:
                if visit.inside:
                    saw(receiver, heard, time.monotonic())
            elif visit.inside and not self._arrived.ready():
                self._come_in()

    def _end(self, error: GridError) -> None:
        super()._end(Ended(str(error)) if isinstance(error, PutOut) else error)

    def _come_in(self) -> None:
        user_id, room = self._description.place(self._client)
        if not self._leaving:
            hears_itself = self._description.application.hears_itself
            self._ledger.enter(self._receiver, user_id, room, None, hears_itself=hears_itself)
            self._arrived.set(None)
