"""What stands in the way of a connection: a refusal, nobody there, a proxy without WebSocket.

Not here: a connection that is lost later (`test_reconnection`).
"""

import socket
from typing import Any

import pytest
from old_proxy import old_proxy
from servers import Server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.errors import CannotConnect, Refusal
from gridcli.core.geometry import Direction
from gridcli.core.protocol.updates import Chat, Update
from gridcli.link.link import Link
from gridcli.link.states import NotLive, Offline, Refused, State
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
