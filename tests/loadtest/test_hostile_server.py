"""A server that means harm to Locust's users: each attempt ends, with a failure that says how.

Not here: the same for the other clients (`tests/fuzz_client`).
"""

import asyncio
import json
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from fresh_python import run_fresh
from fuzz_client.screens import evil_process
from odd_server import Peer, Script, odd_server
from watched_link import scene

from gridcli.core.protocol.opening import NotUpgraded
from loadtest._opening import MAX_ANSWER, BoundedResponse, open_websocket
from loadtest._transport import endpoint

OPEN_S = 1.0
MOST_MIB = 300
"""Of a process that has some 100 before it does anything; one endless answer would soon be more."""


def sending(first: bytes, more: bytes, *, slowly: bool = False) -> Script:
    """A server that answers with this, and then with that without an end."""

    async def send(peer: Peer) -> None:
        await peer.read_request()
        peer.writer.write(first)
        while True:
            peer.writer.write(more)
            await peer.writer.drain()
            await asyncio.sleep(0.05 if slowly else 0)

    return send


async def drops(peer: Peer) -> None:
    await peer.read_request()


async def silent(peer: Peer) -> None:
    await peer.read_request()
    await peer.reader.read()


def against(script: Script, ask: Callable[[str], object]) -> None:
    """Ask it in a thread, as users do in greenlets."""

    async def play() -> None:
        async with odd_server(script) as url, asyncio.timeout(10):
            await asyncio.to_thread(ask, url)

    scene(play)


HANDSHAKES: dict[str, tuple[Script, type[Exception], str]] = {
    "endless line": (sending(b"HTTP/1.1 101 ", b"x" * 4096), NotUpgraded, "endless"),
    "endless headers": (
        sending(b"HTTP/1.1 101 OK\r\n", b"Set-Cookie: a=b\r\n" * 99), NotUpgraded, "endless",
    ),
    "drop by drop": (sending(b"HTTP/1.1 101 OK\r\n", b"x", slowly=True), TimeoutError, ""),
    "endless body": (
        sending(b"HTTP/1.1 400 No\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 4096),
        NotUpgraded, "HTTP 400",
    ),
    "redirect": (
        sending(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n", b"x"),
        NotUpgraded, "HTTP 302",
    ),
    "silence": (silent, TimeoutError, ""),
    "end": (drops, ConnectionError, ""),
}  # fmt: skip


@pytest.mark.parametrize("how", HANDSHAKES)
def test_a_handshake_ends(how: str) -> None:
    script, error, said = HANDSHAKES[how]

    def ask(url: str) -> None:
        with pytest.raises(error, match=said or None):
            open_websocket(endpoint(url), time.monotonic() + OPEN_S)

    against(script, ask)


ANSWERS: dict[str, Script] = {
    "continue for ever": sending(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    "drop by drop": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x", slowly=True),
    "headers drop by drop": sending(b"HTTP/1.1 200 OK\r\n", b"x", slowly=True),
    "chunks": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("how", ANSWERS)
def test_an_answer_ends(how: str) -> None:
    def ask(url: str) -> None:
        http = HTTPConnection(endpoint(url).netloc, timeout=OPEN_S)
        http.response_class = BoundedResponse
        try:
            http.request("GET", "/")
            with pytest.raises((OSError, HTTPException)):
                http.getresponse().read(2 * MAX_ANSWER)
        finally:
            http.close()

    against(ANSWERS[how], ask)


def test_tls_drop_by_drop_ends() -> None:
    ended = json.loads(run_fresh(Path(__file__).with_name("dripping.py"), str(OPEN_S)))
    for transport, (said, took_s) in ended.items():
        assert "timed out" in said or "nothing was heard" in said, transport
        assert took_s < 4 * OPEN_S, transport


@pytest.mark.parametrize("scenario", ["Players", "Polling"])
def test_users_fail_and_go_on(start_locust, scenario: str) -> None:
    with evil_process(21, "talk,answer,open,wire,before,refuse,leave,put_out") as server:
        locust = start_locust(f"{scenario} --headless --host {server.url} -u 30 -r 30 -t 4s")
        result = locust.result()
        sessions = int(server.output[-1].split()[1])
    assert sessions > 30
    assert result.code == 1
    assert result.failures
    assert "Traceback" not in result.output
    assert result.most_mib < MOST_MIB
