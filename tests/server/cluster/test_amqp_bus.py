"""RabbitMQ: whatever the broker closes is a loss that both ends of a connection tell of."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import pytest
from brokers import RabbitMQ
from bus_scenes import hears_itself, play, reason, refused, take
from event_loops import Loop, both_loops

from server.cluster.bus import Connection
from server.cluster.urls import bus_of

pytestmark = pytest.mark.xdist_group("rabbitmq")


async def lost_to_both(node: Connection, waiting: "asyncio.Future[object]") -> str:
    why = await reason(waiting)
    assert await reason(node.receive()) == await reason(node.publish([b"x"])) == why
    async with asyncio.timeout(1.0):
        await node.close()
    return why


@both_loops
def test_the_broker_closes_the_connection(rabbitmq: RabbitMQ, loop: Loop) -> None:
    async def scene() -> None:
        node, busy = [await bus_of(rabbitmq.url).connect() for _ in range(2)]
        waiting = asyncio.ensure_future(node.receive())

        async def publish_on() -> None:
            while True:
                await busy.publish([b"x"] * 10)

        publishing = asyncio.ensure_future(publish_on())
        await waiting
        waiting = asyncio.ensure_future(drain(node))
        await asyncio.to_thread(rabbitmq.control, "close_all_connections", "enough")
        assert "enough" in await lost_to_both(node, waiting)
        assert "enough" in await lost_to_both(busy, publishing)

    play(scene, loop)


async def drain(node: Connection) -> None:
    while True:
        await node.receive()


@both_loops
def test_the_broker_closes_the_channel(rabbitmq: RabbitMQ, loop: Loop) -> None:
    """Who publishes to an exchange that is no more is thrown off the channel only."""

    async def scene() -> None:
        node = await bus_of(rabbitmq.url).connect()
        other = await aio_pika.connect(rabbitmq.url)
        await (await other.channel()).exchange_delete("gridcli")
        waiting = asyncio.ensure_future(node.receive())
        why = await reason(node.publish([b"x"] * 20))
        assert "NOT_FOUND" in why
        assert await lost_to_both(node, waiting) == why
        await other.close()
        again = await bus_of(rabbitmq.url).connect()
        await again.publish([b"x"])
        assert await take(again, 1) == [b"x"]
        await again.close()

    play(scene, loop)


@both_loops
def test_the_broker_deletes_the_queue(rabbitmq: RabbitMQ, loop: Loop) -> None:
    async def scene() -> None:
        node = await bus_of(rabbitmq.url).connect()
        waiting = asyncio.ensure_future(node.receive())
        control = rabbitmq.control
        name = await asyncio.to_thread(control, "list_queues", "name", "--no-table-headers")
        await asyncio.to_thread(control, "delete_queue", name.strip())
        assert await lost_to_both(node, waiting) == "the broker has deleted our queue"

    play(scene, loop)


def test_a_queue_is_bounded_and_goes_with_its_node(rabbitmq: RabbitMQ) -> None:
    def things(what: str, *columns: str) -> list[str]:
        told = rabbitmq.control(f"list_{what}", *columns, "--no-table-headers")
        return [line for line in told.splitlines() if "amq." not in line or what == "queues"]

    async def scene() -> None:
        node = await bus_of(rabbitmq.url).connect()
        queues = await asyncio.to_thread(things, "queues", "durable", "exclusive", "arguments")
        assert len(queues) == 1
        durable, _, arguments = queues[0].split("\t", 2)
        assert durable == "false"
        assert str(64 * 1024 * 1024) in arguments
        await node.close()
        assert await asyncio.to_thread(things, "queues", "name") == []
        assert "gridcli" not in "".join(await asyncio.to_thread(things, "exchanges", "name"))

    play(scene)


@pytest.fixture
def other_host(rabbitmq: RabbitMQ) -> Iterator[str]:
    """The URL of another virtual host, whose name has to be quoted."""
    rabbitmq.control("add_vhost", "a/b c")
    rabbitmq.control("set_permissions", "-p", "a/b c", "guest", ".*", ".*", ".*")
    yield f"{rabbitmq.url}a%2Fb%20c"
    rabbitmq.control("delete_vhost", "a/b c")


def test_virtual_hosts_are_apart(rabbitmq: RabbitMQ, other_host: str) -> None:
    async def scene() -> None:
        guest = rabbitmq.url.replace("guest:guest@", "")  # which is who comes without a name
        here, there = [await bus_of(url).connect() for url in (guest, other_host)]
        await here.publish([b"here"])
        await there.publish([b"there"])
        assert [await take(node, 1) for node in (here, there)] == [[b"here"], [b"there"]]
        await here.close()
        await there.close()
        why = await reason(bus_of(f"{rabbitmq.url}nowhere").connect())
        assert why == "no virtual host of that name, or not for this user"

    play(scene)


@both_loops
def test_tls_trusts_only_what_it_is_told_to(
    rabbitmq: RabbitMQ, certificate: Path, loop: Loop
) -> None:
    hears_itself(f"{rabbitmq.tls_url}?cafile={certificate}/cert.pem", loop)
    assert refused(rabbitmq.tls_url).startswith("its certificate is not trusted: self")
    plain = rabbitmq.tls_url.replace("amqps://", "amqp://")
    assert refused(plain).startswith("connection ")  # closed or reset
    wrong = rabbitmq.tls_url.replace("guest:guest", "guest:wr0ng")
    assert refused(f"{wrong}?cafile={certificate}/cert.pem") == "wrong user or password"
