"""What tests of a bus do on a loop: take a number of messages, and clean up with nothing left.

Not here: the brokers (`brokers`).
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import uvloop
from waiting import until

from server.cluster.bus import BusError, Connection
from server.cluster.urls import bus_of

SOON_S = 5.0
"""For what happens at once on an idle machine."""


def play(
    scene: Callable[[], Awaitable[None]],
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
    patience_s: float = 60.0,
) -> None:
    """Run a scene; no task may outlive it, and no error may end up with the event loop."""
    complaints: list[str] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: complaints.append(
                f"{context['message']}: {context.get('exception')}"
            )
        )
        async with asyncio.timeout(patience_s):
            await scene()
        me = asyncio.current_task()
        await until(lambda: asyncio.all_tasks() <= {me}, "the scene's tasks to end", SOON_S)
        gc.collect()  # what was dropped without being looked at complains now
        await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())
        gc.collect()
    assert complaints == []


async def take(connection: Connection, count: int) -> list[bytes]:
    """That many messages, and no more than those."""
    got: list[bytes] = []
    async with asyncio.timeout(20.0):
        while len(got) < count:
            got += await connection.receive()
    assert len(got) == count
    return got


async def reason(work: Awaitable[object], patience_s: float = SOON_S) -> str:
    """The text of the `BusError` that this raises, within this time."""
    try:
        async with asyncio.timeout(patience_s):
            await work
    except BusError as error:
        return str(error)
    raise AssertionError("it raised nothing")


def hears_itself(url: str, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Whoever connects there is given what it publishes, long messages too."""

    async def scene() -> None:
        node = await bus_of(url).connect()
        await node.publish([b"hello", bytes(200_000)])
        assert await take(node, 2) == [b"hello", bytes(200_000)]
        async with asyncio.timeout(1.0):
            await node.close()

    play(scene, loop)


def refused(url: str) -> str:
    """Why nobody can connect there."""
    reasons: list[str] = []

    async def scene() -> None:
        reasons.append(await reason(bus_of(url).connect()))

    play(scene)
    return reasons[0]
