"""What stands in the way of a connection: a refusal, nobody there, a proxy without WebSocket.

Not here: a connection that is lost later (`test_reconnection`).
"""

import socket
from contextlib import suppress
from typing import Any

import pytest
from odd_server import NAMESPACE, Peer, odd_server
from old_proxy import old_proxy
from servers import Server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.errors import CannotConnect, Mismatch, Refusal
from gridcli.core.geometry import Direction
from gridcli.core.protocol.updates import Chat, Update
from gridcli.link.link import Link
from gridcli.link.states import Mismatched, NotLive, Offline, Refused, State
from gridcli.link.target import Target, Transport


def test_refused(start_server: Any) -> None:
    server = start_server("--max-players", "1")

    async def play() -> None:
        ann = Watched(Target(server.url))
        bob = Watched(Target(server.url))
        await ann.link.open()
        with pytest.raises(Refusal) as refused:
            await bob.link.open()
        assert refused.value.code == "full"
        assert bob.states[-1] == Refused("full", refused.value.text)
        await bob.link.close()
        await ann.link.close()

    scene(play)


def test_a_server_of_a_newer_protocol_says_what_to_do() -> None:
    async def newer(peer: Peer) -> None:
        await peer.connect()
        peer.say(
            f'42{NAMESPACE},["message",{{"userId":"u","symbol":"B","gridDimension":[20,10],'
            '"protocol":3}]'
        )
        await peer.text()

    async def play() -> None:
        async with odd_server(newer) as url:
            ann = Watched(Target(url))
            with pytest.raises(Mismatch, match=r"protocol 3, .* update gridcli"):
                await ann.link.open()
            assert isinstance(ann.states[-1], Mismatched)

    scene(play)


def test_another_application_is_told_from_a_refusal() -> None:
    async def elsewhere(peer: Peer) -> None:
        await peer.accept()
        assert (await peer.text()).startswith(f"40{NAMESPACE},")
        peer.say(f'44{NAMESPACE},{{"message":"Invalid namespace"}}')
        with suppress(EOFError):
            await peer.text()

    async def play() -> None:
        async with odd_server(elsewhere) as url:
            ann = Watched(Target(url))
            with pytest.raises(Mismatch, match="another application"):
                await ann.link.open()
            assert isinstance(ann.states[-1], Mismatched)

    scene(play)


@pytest.mark.parametrize("transport", list(Transport))
def test_unreachable(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

    async def play() -> None:
        ann = Watched(Target(url, transport=transport))
        with pytest.raises(CannotConnect) as error:
            await ann.link.open()
        assert url in str(error.value)
        assert "connection refused" in str(error.value)
        assert "gridcli serve" in str(error.value)

    scene(play)


def test_auto_falls_back_to_polling_where_websocket_is_blocked(grid_server: Server) -> None:
    async def play() -> None:
        async with old_proxy(grid_server.url) as url:
            for transport in (Transport.AUTO, Transport.UPGRADE):
                ann = Watched(Target(url, room="proxied", transport=transport))
                await ann.link.open()
                assert ann.link.transport == "polling"
                for _ in range(40):  # more than one POST may carry
                    ann.link.step(Direction.UP)
                mirror = ann.link.mirror
                await until(lambda: mirror.seqs.get(mirror.user_id) == 40, "every step")  # noqa: B023
                await ann.link.close()
            with pytest.raises(CannotConnect, match="refuses WebSocket"):
                await Link(Target(url, transport=Transport.WEBSOCKET)).open()

    scene(play)


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.POLLING])
def test_a_callback_that_fails_is_told_and_ends_the_link(
    grid_server: Server, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> None:
        states: list[State] = []

        def on_update(update: Update, received_s: float) -> None:
            if isinstance(update, Chat):
                raise KeyError("a fault of ours")

        target = Target(grid_server.url, room=f"failing-{transport}", transport=transport)
        link = Link(target, on_update=on_update, on_state=states.append)
        await link.open()
        with pytest.raises(NotLive):
            await link.say("hello")  # heard by ourselves, before its acknowledgement
        await until(lambda: isinstance(states[-1], Offline), "the end")
        assert states[-1] == Offline("internal error: KeyError: 'a fault of ours'")
        assert "a callback of the link failed" in caplog.text
        assert "a fault of ours" in caplog.text
        await link.close()

    scene(play)
