"""Players of every kind on one clock, moved at one rate, and a watcher on each node.

One in five polls or upgrades, half speak protocol 1; the rest is WebSocket, as in life. Not here:
what befalls one of them (`player`).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from random import Random

from faults.player import Absence, Player
from faults.watcher import Watcher
from waiting import until

from gridcli.core.geometry import Direction
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.link.dial import client_session
from gridcli.link.target import Target, Transport

_STEPS = tuple(Direction)
_MIX = (Transport.POLLING, Transport.UPGRADE, *(Transport.WEBSOCKET,) * 8)
_AT_ONCE = 50
_BEAT_S = 0.01
PATIENCE_S = 60.0


class Crowd:
    """Use it with `async with`; everybody is in when it begins.

    Args:
        url: where a player of this number connects.
        count: how many there are.
        watched: the address of each node, by name.
        rate: steps a second, of each player; it may be set later.
        protocols: what is spoken, in turn.
    """

    def __init__(
        self,
        url: str | Callable[[int], str],
        count: int,
        watched: dict[str, str],
        *,
        rate: float = 2.0,
        protocols: Sequence[int] = (TICKS, DEMO),
    ) -> None:
        self.rate = rate
        self.movers = count
        """Only so many of them move."""
        self.lateness_s: list[float] = []
        """How late this process's own loop was, each time: what no server is to be blamed for."""
        self.moves = 0
        """How many were sent."""
        self._url = url if callable(url) else lambda number: url
        self._count = count
        self._watched = watched
        self._protocols = protocols
        self._rng = Random(count)

    async def __aenter__(self) -> "Crowd":
        self._http = client_session()
        self.players = [
            Player(number, self._target(number), self._http) for number in range(self._count)
        ]
        self.watchers = {
            name: Watcher(name, url, self._http) for name, url in self._watched.items()
        }
        self._mover: asyncio.Task[None] | None = None
        try:
            for first in range(0, self._count, _AT_ONCE):
                together = self.players[first : first + _AT_ONCE]
                await asyncio.gather(*(player.link.open() for player in together))
            await asyncio.gather(*(watcher.link.open() for watcher in self.watchers.values()))
        except BaseException:
            await self.__aexit__()
            raise
        self._mover = asyncio.create_task(self._move())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._mover is not None:
            self._mover.cancel()
            await asyncio.gather(self._mover, return_exceptions=True)
        links = [one.link for one in (*self.players, *self.watchers.values())]
        await asyncio.gather(*(link.close() for link in links))
        await self._http.close()

    @property
    def ticks(self) -> list[Player]:
        """Those who speak protocol 2."""
        return [player for player in self.players if player.ticks]

    def on(self, node: str) -> list[Player]:
        """Those who play on this node."""
        return [player for player in self.players if player.live and player.node == node]

    def spread(self) -> Counter[str]:
        """How many play on each node."""
        return Counter(player.node for player in self.players if player.live)

    def absences(self, since_s: float = 0.0) -> list[Absence]:
        """Everybody's interruptions that began after that time."""
        return [a for player in self.players for a in player.absences if a.lost_s >= since_s]

    async def all_live(self, *, without: str = "") -> None:
        """Wait until everybody plays, and all watchers look on but that of one node.

        Raises:
            AssertionError: somebody never does; it says who.
        """
        watchers = [watcher for name, watcher in self.watchers.items() if name != without]

        def missing() -> list[object]:
            everyone: Iterable[Player | Watcher] = (*self.players, *watchers)
            return [one.link.state for one in everyone if not one.live]

        try:
            await until(lambda: not missing(), "everybody to play", PATIENCE_S)
        except AssertionError as error:
            error.add_note(f"{len(missing())} do not: {missing()[:10]}")
            raise

    async def all_answered(self) -> None:
        """Ask the server something as everybody, and wait for all answers: who is live plays."""
        answers = [player.link.probe() for player in self.players]
        failed = [
            f"{player.number} ({player.link.target.transport}, {player.node}): {answer}"
            for player, answer in zip(
                self.players, await asyncio.gather(*answers, return_exceptions=True), strict=True
            )
            if isinstance(answer, BaseException)
        ]
        assert not failed, f"{len(failed)} play no more: {failed[:10]}"

    async def rest(self, patience_s: float = 10.0) -> None:
        """Stop moving, and wait until everybody has seen its own moves."""
        self.rate = 0.0
        await until(
            lambda: not any(player.waiting for player in self.players),
            "all to see their own moves",
            patience_s,
        )

    async def one_view(self, patience_s: float = 10.0) -> None:
        """Wait until clients of every node see the same players in the same cells."""
        await until(
            lambda: len({watcher.scene for watcher in self.watchers.values() if watcher.live}) == 1,
            "the same view on every node",
            patience_s,
        )

    def _target(self, number: int) -> Target:
        protocols = self._protocols
        return Target(
            self._url(number),
            name=f"bot-{number}",
            transport=_MIX[number // len(protocols) % len(_MIX)],
            protocol=protocols[number % len(protocols)],
        )

    async def _move(self) -> None:
        owed, last_s, turn = 0.0, time.monotonic(), 0
        while True:
            await asyncio.sleep(_BEAT_S)
            now_s = time.monotonic()
            self.lateness_s.append(now_s - last_s - _BEAT_S)
            owed += self.rate * self.movers * (now_s - last_s)
            last_s = now_s
            while owed >= 1.0:
                owed -= 1.0
                player = self.players[turn % self.movers]
                turn += 1
                if player.live:
                    player.step(self._rng.choice(_STEPS))
                    self.moves += 1
