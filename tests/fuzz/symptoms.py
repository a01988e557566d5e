"""What is wrong with a server after one session: the check that reproducers are made and kept by.

Not here: many sessions at once (`fuzz.campaign`).
"""

import asyncio
import time

from fuzz.sessions import Session
from fuzz.thrower import Thrower
from fuzz.watch import GHOST_S, Log, health
from servers import Server

GHOST = "a ghost"
_LATE_S = 0.1
"""How long what a session caused may take to be logged."""
_PAUSE_S = 0.02


class Symptoms:
    """Throws sessions one by one at a server.

    Args:
        server: whose log nobody else reads.
        others: how many play on it besides.
    """

    def __init__(self, server: Server, others: int = 0) -> None:
        self._server = server
        self._others = others
        self._log = Log(server)
        self._thrower = Thrower(int(server.url.rpartition(":")[2]))

    def forget(self) -> None:
        """What was logged so far is nobody's fault."""
        self._log.failures()

    async def of(self, *sessions: Session, late_s: float = _LATE_S) -> dict[str, str]:
        """What went wrong: signatures, and the text of each. Late lines are the next one's.

        Args:
            sessions: one after the other.
            late_s: how long to wait for a line in the log that is not there yet.
        """
        for number, session in enumerate(sessions):
            await self._thrower.one(number, session)
        found: dict[str, str] = {}
        began_s = time.monotonic()
        stays = sessions[-1].kind == "polling" and sessions[-1].leaves_s is not None
        players = await self._players()
        while players and not stays and time.monotonic() - began_s < GHOST_S:
            await asyncio.sleep(_PAUSE_S)
            players = await self._players()
        if players and not stays:
            found[GHOST] = f"{players} players {GHOST_S} s after the end of the only connection"
        while True:
            found |= {failure.signature: failure.text for failure in self._log.failures()}
            if found or time.monotonic() - began_s > late_s:
                break
            await asyncio.sleep(_PAUSE_S)
        if self._server.process.poll() is not None:
            found["the server's end"] = self._server.transcript()
        return found

    async def _players(self) -> int:
        players = (await health(self._server.url))["players"]
        assert isinstance(players, int)
        return players - self._others
