"""One contract for every bus: who hears what, in which order, and how a loss is told."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from brokers import Broker
from bus_scenes import SOON_S, play, reason, take
from event_loops import Loop, both_loops

from server.cluster.bus import Bus, Connection, MemoryBus
from server.cluster.urls import bus_of

Scene = Callable[[], Awaitable[None]]
rabbitmq_group = pytest.mark.xdist_group("rabbitmq")


@dataclass
class Place:
    """Where nodes meet; `node` makes the bus of one more node."""

    broker: Broker | None = None
    memory: MemoryBus = field(default_factory=MemoryBus)

    def node(self) -> Bus:
        return bus_of(self.broker.url) if self.broker else self.memory


BROKERS = ["redis", pytest.param("rabbitmq", marks=rabbitmq_group)]


@pytest.fixture(params=["memory", *BROKERS])
def place(request: pytest.FixtureRequest) -> Place:
    return Place(None if request.param == "memory" else request.getfixturevalue(request.param))


@both_loops
def test_everyone_hears_everyone_in_each_senders_order(place: Place, loop: Loop) -> None:
    async def scene() -> None:
        nodes = [await place.node().connect() for _ in range(3)]
        chance = random.Random(1)
        said = {n: [b"%d %d" % (n, i) for i in range(300)] for n in range(3)}

        async def speak(number: int) -> None:
            left = said[number]
            while left:
                some = chance.randint(1, 40)
                await nodes[number].publish(left[:some])
                left = left[some:]

        *heard, _, _, _ = await asyncio.gather(
            *(take(node, 900) for node in nodes), *(speak(number) for number in range(3))
        )
        for messages in heard:
            for number in range(3):
                assert [m for m in messages if m.startswith(b"%d " % number)] == said[number]
        for node in nodes:
            await node.close()

    play(scene, loop)


def test_any_bytes_pass(place: Place) -> None:
    odd = [
        bytes(range(256)),
        b"",
        b"\r\n",
        b"*3\r\n$-1\r\n",
        os.urandom(64 * 1024),
        b"\xce" * 70_000,
    ]

    async def scene() -> None:
        node = await place.node().connect()
        await node.publish([])
        await node.publish(odd)
        assert await take(node, len(odd)) == odd
        await node.close()

    play(scene)


def test_what_is_published_once_connected_is_heard(place: Place) -> None:
    async def scene() -> None:
        speaker = await place.node().connect()
        for number in range(10):
            newcomer = await place.node().connect()
            await speaker.publish([b"%d" % number])
            assert await take(newcomer, 1) == [b"%d" % number]
            await newcomer.close()
        await speaker.close()

    play(scene)


def test_publishing_at_once_keeps_batches_whole(place: Place) -> None:
    async def scene() -> None:
        node = await place.node().connect()
        batches = [[b"%d.%d" % (batch, i) for i in range(20)] for batch in range(10)]
        await asyncio.gather(*(node.publish(batch) for batch in batches))
        heard = await take(node, 200)
        for number, batch in enumerate(batches):
            assert [m for m in heard if m.startswith(b"%d." % number)] == batch
        await node.close()

    play(scene)


@both_loops
def test_who_stops_waiting_misses_nothing(place: Place, loop: Loop) -> None:
    async def scene() -> None:
        node, other = await place.node().connect(), await place.node().connect()
        for number in range(5):
            waiting = asyncio.ensure_future(node.receive())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await other.publish([b"%d" % number])
            assert await take(node, 1) == [b"%d" % number]
        await node.close()
        await other.close()

    play(scene, loop)


def test_a_closed_connection_says_so(place: Place) -> None:
    async def scene() -> None:
        node, other = await place.node().connect(), await place.node().connect()
        waiting = asyncio.ensure_future(node.receive())
        await asyncio.sleep(0)
        await node.close()
        assert await reason(waiting) == "closed"
        assert await reason(node.receive()) == await reason(node.publish([b"x"])) == "closed"
        await node.close()
        await other.publish([b"still here"])
        assert await take(other, 1) == [b"still here"]
        await other.close()

    play(scene)


async def lost(node: Connection) -> str:
    """Why the connection is lost: told by whoever waits, then by both, then closed in time."""
    why = await reason(node.receive(), 10.0)
    assert await reason(node.receive()) == await reason(node.publish([b"x"])) == why
    async with asyncio.timeout(1.0):
        await node.close()
    return why


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ends", "is killed"])
def test_a_broker_that_goes_is_told_of_and_found_again(broker: Broker, number: int) -> None:
    async def scene() -> None:
        bus = bus_of(broker.url)
        nodes = [await bus.connect() for _ in range(2)]
        await nodes[0].publish([b"before"])
        assert [await take(node, 1) for node in nodes] == [[b"before"]] * 2
        losses = [asyncio.ensure_future(lost(node)) for node in nodes]
        await asyncio.to_thread(broker.stop, number)
        for why in await asyncio.gather(*losses):
            assert "clos" in why or "reset" in why or "CONNECTION_FORCED" in why
        assert await reason(bus.connect()) == "connection refused"
        await asyncio.to_thread(broker.start)
        again = await bus.connect()
        await again.publish([b"after"])
        assert await take(again, 1) == [b"after"]
        await again.close()

    play(scene)


@both_loops
def test_a_loss_reaches_who_is_publishing(broker: Broker, loop: Loop) -> None:
    """The broker holds still in the middle; then we close, which must not wait for it."""

    async def scene() -> None:
        bus = bus_of(broker.url)
        node = await bus.connect()
        with broker.frozen():
            publishing = asyncio.ensure_future(node.publish([bytes(60_000)] * 200))
            receiving = asyncio.ensure_future(node.receive())
            done, _ = await asyncio.wait({publishing, receiving}, timeout=0.2)
            assert not done
            async with asyncio.timeout(1.0):
                await node.close()
            assert await reason(publishing) == await reason(receiving) == "closed"
            connecting = asyncio.ensure_future(bus.connect())
            await asyncio.wait({connecting}, timeout=0.2)
            connecting.cancel()
            await asyncio.wait({connecting}, timeout=SOON_S)
            assert connecting.cancelled()

    play(scene, loop)


@both_loops
def test_who_cancels_publishing_is_cancelled(broker: Broker, loop: Loop) -> None:
    async def scene() -> None:
        node = await bus_of(broker.url).connect()
        with broker.frozen():
            publishing = asyncio.ensure_future(node.publish([b"x"] * 3))
            await asyncio.wait({publishing}, timeout=0.1)
            publishing.cancel()
            await asyncio.wait({publishing}, timeout=SOON_S)
            assert publishing.cancelled()
        await node.close()

    play(scene, loop)
