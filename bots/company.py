"""Bots for company, a process of its own: `python -m bots.company`, started by a screen.

They play and measure nothing. Orders come as lines on standard input; its end is theirs, and so
is a server that has been gone for long. Not here: who gives orders (`gridcli.link.company`), what
bots that measure do (`bots.swarm`).
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import aiohttp
import uvloop

from gridcli.core.errors import GridError, Refusal
from gridcli.core.strategies import STRATEGIES, Strategy
from gridcli.link.company import Game, Order, Report, decode_game, decode_order, encode
from gridcli.link.dial import client_session
from gridcli.link.link import Link
from gridcli.link.states import Connecting, Live, NotLive, Reconnecting
from gridcli.link.target import Target

_PAUSE_S = (0.15, 0.5)
"""A step takes so long, about as long as with somebody who taps a key."""
_LOOK_EACH_S = 0.25
_LEAVE_S = 3.0
_MAX_LINE = 2**16


class Guest:
    """One bot.

    Args:
        target: where it plays, and under which name.
        strategy: what it plays.
        http: shared by all.
    """

    def __init__(self, target: Target, strategy: Strategy, http: aiohttp.ClientSession) -> None:
        self.link = Link(target, on_burst=lambda burst, received_s: None, http=http)
        self._strategy = strategy
        self._rng = Random()
        self._playing: asyncio.Task[None] | None = None

    @property
    def came(self) -> bool:
        """Whether it has come in."""
        return self._playing is not None

    @property
    def is_there(self) -> bool:
        """Whether it plays, or tries to."""
        return isinstance(self.link.state, Connecting | Live | Reconnecting)

    @property
    def live(self) -> bool:
        """Whether it plays."""
        return isinstance(self.link.state, Live)

    async def come(self) -> None:
        """Come in and play. Raises what the link's `open` raises."""
        await self.link.open()
        self._playing = asyncio.create_task(self._play())

    async def go(self) -> None:
        """Leave."""
        if self._playing is not None:
            self._playing.cancel()
        await self.link.close()

    async def _play(self) -> None:
        while True:
            await asyncio.sleep(self._rng.uniform(*_PAUSE_S))
            if not self.live or self.link.mirror.cell is None:
                continue
            try:
                self.link.step(self._strategy(self.link.mirror, self._rng))
            except NotLive:
                pass


class Crowd:
    """All of them, and what is said of them."""

    def __init__(self, game: Game, http: aiohttp.ClientSession) -> None:
        self._game = game
        self._http = http
        self._guests: dict[str, Guest] = {}
        self._live_s = time.monotonic()

    async def obey(self, order: Order) -> None:
        """Bring bots in, and let others go."""
        leaving = [self._guests.pop(name) for name in order.go if name in self._guests]
        coming: dict[str, Guest] = {}
        for number, name in enumerate(order.come):
            target = replace(self._game.target, name=name, room=order.room)
            strategy = STRATEGIES[order.scripts[number % len(order.scripts)]]()
            coming[name] = Guest(target, strategy, self._http)
        self._guests |= coming
        await asyncio.gather(*(guest.go() for guest in leaving))
        ends = await asyncio.gather(
            *(guest.come() for guest in coming.values()), return_exceptions=True
        )
        lost, trouble = [], ""
        for name, end in zip(coming, ends, strict=True):
            if isinstance(end, GridError):
                del self._guests[name]
                lost.append(name)
                trouble = end.text if isinstance(end, Refusal) else str(end)
            elif isinstance(end, BaseException):
                raise end
        self._tell(lost, trouble)

    def look(self) -> bool:
        """Forget who was put out; whether there is any sense in going on."""
        lost = [name for name, guest in self._guests.items() if guest.came and not guest.is_there]
        if lost:
            trouble = getattr(self._guests[lost[0]].link.state, "text", "put out by the server")
            for name in lost:
                del self._guests[name]
            self._tell(lost, trouble)
        now_s = time.monotonic()
        if not self._guests or any(guest.live for guest in self._guests.values()):
            self._live_s = now_s
        return now_s - self._live_s < self._game.gone_s

    async def leave(self) -> None:
        """Everybody goes, as far as a server lets them in a little time."""
        try:
            async with asyncio.timeout(_LEAVE_S):
                await asyncio.gather(*(guest.go() for guest in self._guests.values()))
        except TimeoutError:
            pass

    def _tell(self, lost: Sequence[str], trouble: str) -> None:
        playing = tuple(name for name, guest in self._guests.items() if guest.came)
        sys.stdout.buffer.write(encode(Report(playing, tuple(lost), trouble)))
        sys.stdout.buffer.flush()


async def _run() -> None:
    orders = asyncio.StreamReader(limit=_MAX_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    first = await orders.readline()
    if not first:
        return
    game = decode_game(first)
    waiting: asyncio.Queue[Order] = asyncio.Queue()
    async with client_session() as http:
        crowd = Crowd(game, http)
        reading = asyncio.create_task(_read(orders, waiting))
        obeying = asyncio.create_task(_obey(waiting, crowd))
        try:
            while crowd.look():
                done, _ = await asyncio.wait(
                    [reading, obeying],
                    timeout=_LOOK_EACH_S,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if done:
                    done.pop().result()
                    return
            print(f"the server has been gone for {game.gone_s:.0f} s", file=sys.stderr)
        finally:
            reading.cancel()
            obeying.cancel()
            await asyncio.gather(reading, obeying, return_exceptions=True)
            await crowd.leave()


async def _read(orders: asyncio.StreamReader, waiting: asyncio.Queue[Order]) -> None:
    """Take orders until their end, whether or not those before have been obeyed."""
    while line := await orders.readline():
        waiting.put_nowait(decode_order(line))


async def _obey(waiting: asyncio.Queue[Order], crowd: Crowd) -> None:
    while True:
        await crowd.obey(await waiting.get())


def main() -> None:
    """Play until told to end, or until nobody is there any more to tell it."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run())
    except (KeyboardInterrupt, BrokenPipeError):
        pass


if __name__ == "__main__":
    main()
