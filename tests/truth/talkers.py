"""Clients of the chat server, on the product's connections and with its ledger.

They are told apart by the session ids that the server gives them, each connection anew. Every frame
is noted. Not here: what follows from the frames (`chat`).
"""

import asyncio
import json
import time
from functools import lru_cache
from random import Random

from truth.notes import LOST, RECEIVED, SENT, Notes
from waiting import until

from gridcli.core.errors import GridError
from gridcli.core.ledger import Ledger, Receiver, Sequenced
from gridcli.link.dial import client_session, dial
from gridcli.link.target import Target, Transport
from gridcli.link.transport import Connection

ROOMS = ("lobby", "den", "loft")
_SAID = b'42["said",'


@lru_cache(maxsize=65536)
def _sequenced(frame: bytes) -> Sequenced:
    """One object for all who are sent the same."""
    body = json.loads(frame[2:])[1]
    return Sequenced(body["from"], body["n"])


class Talker:
    """One client, over all of its connections."""

    def __init__(self, number: int, url: str, ledger: Ledger, notes: Notes, seed: int) -> None:
        self.receiver: Receiver = ledger.receiver()
        self.reconnected = 0
        self.over = False
        self._number = number
        self._target = Target(url, transport=Transport.WEBSOCKET)
        self._ledger = ledger
        self._notes = notes
        self._rng = Random(seed * 1000 + number)
        self._connection: Connection | None = None
        self._user_id = ""
        self._said = 0
        self._going_to = ""

    @property
    def here(self) -> bool:
        """Whether it is in a room."""
        return bool(self.receiver.room)

    async def stay_connected(self) -> None:
        """Connect, and again whenever the connection ends, until it is over."""
        async with client_session() as http:
            while not self.over:
                self._ledger.ask(self.receiver)
                try:
                    connection = self._connection = await dial(http, self._target)
                except GridError:
                    await asyncio.sleep(0.05)
                    continue
                self._said, self._going_to = 0, ROOMS[0]
                self._send("40")
                await connection.run(self._take)
                self._connection = None
                self._notes.add(LOST, self._number, b"")
                self._ledger.forget(self.receiver)
                self.reconnected += not self.over

    async def talk(self, times: int, pause_s: float, moving: float) -> None:
        """Say something so many times; with a chance of `moving` change rooms instead."""
        for _ in range(times):
            await asyncio.sleep(pause_s * 2 * self._rng.random())
            if not self.here:
                continue
            if self._rng.random() < moving:
                self._ledger.ask(self.receiver)
                self._going_to = self._rng.choice(ROOMS)
                self._send(f'421["join","{self._going_to}"]')
            else:
                self._said += 1
                now_s = time.monotonic()
                self._ledger.sent(self.receiver, self._said, now_s, now_s)
                self._send(f'42["say",{self._said}]')

    async def leave(self) -> None:
        """Go for good."""
        self.over = True
        if self._connection is not None:
            await self._connection.close()

    def _send(self, frame: str) -> None:
        self._notes.add(SENT, self._number, frame.encode())
        assert self._connection is not None
        self._connection.send(frame)

    def _take(self, frame: bytes) -> None:
        self._notes.add(RECEIVED, self._number, frame)
        if frame.startswith(_SAID):
            self._ledger.saw(self.receiver, _sequenced(frame), time.monotonic())
            return
        if frame.startswith(b"40"):
            self._user_id = json.loads(frame[2:])["sid"]
        else:
            assert frame.startswith(b"43"), frame
        self._ledger.enter(self.receiver, self._user_id, self._going_to, None)


async def talk(
    url: str, talkers: int, times: int, pause_s: float, moving: float, seed: int
) -> tuple[Ledger, Notes, int]:
    """Let them talk, and come to rest; the account, all frames, and how often they reconnected."""
    ledger, notes = Ledger(patience_s=1e9), Notes()
    everyone = [Talker(number, url, ledger, notes, seed) for number in range(talkers)]
    connecting = [asyncio.create_task(talker.stay_connected()) for talker in everyone]
    await until(lambda: all(talker.here for talker in everyone), "all to be in")
    await asyncio.gather(*(talker.talk(times, pause_s, moving) for talker in everyone))
    heard = -1
    while heard < len(notes):  # it is over once nothing came for a while
        heard = len(notes)
        await asyncio.sleep(1.0)
    end = len(notes)
    ledger.sweep(float("inf"))
    await asyncio.gather(*(talker.leave() for talker in everyone))
    await asyncio.gather(*connecting)
    notes.cut(end)
    return ledger, notes, sum(talker.reconnected for talker in everyone)
