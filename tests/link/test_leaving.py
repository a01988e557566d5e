"""A link that is closed: its session ends at the server at once, or without it soon.

Not here: connections that are lost (`test_reconnection`).
"""

import asyncio
from typing import Any

import pytest
from odd_server import Peer, odd_server
from scraping import held
from waiting import until
from watched_link import Watched, scene

from gridcli.core.protocol.packets import Handshake
from gridcli.link.dial import client_session, dial
from gridcli.link.polling import PollingConnection
from gridcli.link.target import Target, Transport

SLOW = ("--join-timeout", "600", "--ping-interval", "300")
"""Nothing but its client's word ends a session within the test."""


@pytest.mark.parametrize("transport", list(Transport))
def test_the_session_ends_with_the_link(start_server: Any, transport: Transport) -> None:
    url = start_server(*SLOW).url

    async def play() -> None:
        async with client_session() as http:  # the first session starts what all of them share
            await (await dial(http, Target(url, transport=Transport.WEBSOCKET))).close()
        before = await asyncio.to_thread(held, url)
        ann = Watched(Target(url, "ann", transport=transport))
        await ann.link.open()
        assert ann.link._session is not None
        sid = ann.link._session.connection.handshake.sid
        await ann.link.close()
        async with client_session() as http:
            endpoint = Target(url).endpoint("polling", sid)
            async with http.get(endpoint) as response:
                assert response.status == 400
        await until(lambda: held(url) == before, "players, files and tasks as before")

    scene(play)


@pytest.mark.parametrize("transport", list(Transport))
def test_the_session_ends_though_the_closing_is_cancelled(
    start_server: Any, transport: Transport
) -> None:
    url = start_server(*SLOW).url

    async def play() -> None:
        async with client_session() as http:
            for turns in range(6):
                ann = Watched(Target(url, "ann", transport=transport), http=http)
                await ann.link.open()
                closing = asyncio.create_task(ann.link.close())
                for _ in range(turns):
                    await asyncio.sleep(0)
                closing.cancel()
                await asyncio.gather(closing, return_exceptions=True)
                if turns:  # else it had not begun
                    await until(lambda: not held(url)[0], "the player to be gone")
                else:
                    await ann.link.close()

    scene(play)


def test_a_session_that_was_only_opened_ends(start_server: Any) -> None:
    url = start_server(*SLOW).url

    async def play() -> None:
        async with client_session() as http:
            connection = await dial(http, Target(url, transport=Transport.POLLING))
            await connection.close()
            await connection.close()
            sid = connection.handshake.sid
            async with http.get(Target(url).endpoint("polling", sid)) as response:
                assert response.status == 400

    scene(play)


async def _reset(peer: Peer) -> None:
    peer.writer.transport.abort()


async def _never_answer(peer: Peer) -> None:
    await peer.reader.read()


async def _answer_for_ever(peer: Peer) -> None:
    peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
    while True:
        peer.writer.write(b"." * 4096)
        await peer.writer.drain()


@pytest.mark.parametrize("server", [_reset, _never_answer, _answer_for_ever])
def test_a_server_that_is_gone_keeps_nobody(server: Any) -> None:
    async def play() -> None:
        async with odd_server(server) as url, client_session() as http:
            target = Target(url).endpoint("polling", "odd")
            connection = PollingConnection(Handshake("odd", 25.0, 20.0, ()), http, target)
            running = asyncio.create_task(connection.run(lambda frame: None))
            connection.end("enough")
            await until(running.done, "the end", patience_s=5)
            assert running.result() == "enough"

    scene(play)
