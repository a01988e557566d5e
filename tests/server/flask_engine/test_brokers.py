"""Two processes of the Flask engine on one broker: what is told at one is heard at the other.

Not here: our own servers' way to share a grid (`tests/server/cluster`), nginx (`test_gunicorn`).
"""

from contextlib import ExitStack

import pytest
from brokers import Broker
from edge import new_session
from flask_servers import (
    MODES,
    all_hear,
    each_transport,
    hear_of_each_other,
    leave,
    meet,
    running_flask,
    untidy_clients,
)
from servers import Server
from socketio_player import play
from waiting import until

pytestmark = untidy_clients


def two(stack: ExitStack, broker: Broker, mode: str) -> list[Server]:
    """Two processes, named n1 and n2."""
    args = ("--message-queue", broker.url, "--grid", "3x3")
    return [
        stack.enter_context(running_flask(mode, "--node", node, *args)) for node in ("n1", "n2")
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_move_at_one_is_heard_at_the_other(broker: Broker, mode: str) -> None:
    async def scene(urls: list[str]) -> None:
        ann, bob = await meet(urls, ["websocket"])
        await hear_of_each_other([ann, bob])
        await all_hear(ann, [bob])
        await all_hear(bob, [ann])
        # Each process counts, and shows newcomers, the players that are its own.
        assert ann.of("users_connected")[-1] == 1
        assert list(bob.of("grid_status")[-1]) == [bob.user_id]
        heard = len(bob.events)
        await ann.emit("join", {"room": "den"})
        gone = {"userId": ann.user_id, "remove": True}
        await until(lambda: len(bob.events) > heard, "the change of room")
        assert bob.events[heard:] == [("user_position", gone)]
        heard += 1
        await ann.emit("movement", {"direction": "up"})
        await ann.emit("message", "who am I?")
        await until(lambda: ann.of("message")[-1] == {"userId": ann.user_id}, "the answer")
        await ann.emit("leave", {})
        await until(lambda: len(bob.events) > heard, "the return")
        ((name, there),) = bob.events[heard:]
        assert (name, there["userId"]) == ("user_position", ann.user_id)
        assert "pos" in there, "and nothing of the step in the other room"
        assert set(bob.of("users_connected")) == {1}
        before = bob.of("user_position").count(gone)
        await ann.sio.disconnect()
        await until(lambda: bob.of("user_position").count(gone) > before, "the leave")
        await leave(bob)

    with ExitStack() as stack:
        servers = two(stack, broker, mode)
        assert new_session(servers[1].url).startswith("n2.")
        play(scene([server.url for server in servers]))
        for server in servers:
            assert server.stop() == 0, server.transcript()
            assert not any("Traceback" in line for line in server.output), server.transcript()


@each_transport
def test_on_every_transport(redis: Broker, transports: list[str]) -> None:
    async def scene(urls: list[str]) -> None:
        clients = await meet([*urls, *urls], transports)
        await hear_of_each_other(clients)
        await all_hear(clients[0], clients[1:])
        await leave(*clients)

    with ExitStack() as stack:
        play(scene([server.url for server in two(stack, redis, "threading")]))


def test_a_process_that_ends_takes_its_players_off_everywhere(redis: Broker) -> None:
    async def scene(servers: list[Server]) -> None:
        ann, bob = await meet([server.url for server in servers], ["websocket"])
        await hear_of_each_other([ann, bob])
        heard = len(bob.events)
        servers[0].process.terminate()
        await until(lambda: len(bob.events) > heard, "the leave")
        gone = {"userId": ann.user_id, "remove": True}
        assert bob.events[heard:] == [("user_position", gone)]
        await leave(bob)

    with ExitStack() as stack:
        play(scene(two(stack, redis, "gevent")))
