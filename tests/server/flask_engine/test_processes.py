"""`gridcli serve --engine flask` as a process, in each of its modes: the wire, and the end.

Not here: what the game does (`test_talk`), several processes (`test_brokers`), Gunicorn
(`test_gunicorn`).
"""

import asyncio
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reading_whole
import socketio
from edge import ask, new_session, port_of
from flask_servers import (
    MODES,
    all_hear,
    each_transport,
    leave,
    meet,
    read_slowly,
    running_flask,
    untidy_clients,
)
from needs import missing
from raw_client import RawClient
from servers import ROOT, Server
from socketio_player import play
from waiting import until, until_sync

_PIDFD_GETFD = 438  # on every architecture of Linux

pytestmark = untidy_clients


# One group of xdist's for each: each process of tests would start its own.
@pytest.fixture(
    scope="module",
    params=[pytest.param(mode, marks=pytest.mark.xdist_group(f"flask-{mode}")) for mode in MODES],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server in each mode, shared by tests that leave nobody behind."""
    with running_flask(request.param, "--grid", "3x3") as server:
        yield server
    assert not any("Traceback" in line for line in server.output), server.transcript()


def players(server: Server) -> int:
    return int(json.loads(ask(f"{server.url}/healthz")[1])["players"])


@each_transport
def test_two_play(engine: Server, transports: list[str]) -> None:
    async def scene() -> None:
        ann, bob = await meet([engine.url] * 2, transports)
        names = [name for name, _ in ann.events]
        assert names[:4] == ["message", "grid_status", "user_position", "users_connected"]
        await all_hear(ann, [bob])
        await ann.sio.disconnect()
        gone = {"userId": ann.user_id, "remove": True}
        await until(lambda: gone in bob.of("user_position"), "the leave")
        await until(lambda: bob.of("users_connected")[-1] == 1, "the count")
        await leave(bob)

    play(scene())
    until_sync(lambda: players(engine) == 0, "the end of both")


def test_a_player_who_vanishes_is_taken_off(engine: Server) -> None:
    async def scene() -> None:
        async with RawClient(port_of(engine.url)) as raw:
            await raw.send("40/grid-game,")
            await raw.text('42/grid-game,["users_connected"')
        await until(lambda: players(engine) == 0, "the leave")

    play(scene())


def test_many_packets_in_one_polling_body_are_all_read(engine: Server) -> None:
    sid = new_session(engine.url)
    url = f"{engine.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
    assert ask(url, b"40/grid-game,") == (200, "OK")
    step = b'42/grid-game,["movement",{"direction":"up"}]'
    assert ask(url, b"\x1e".join([step] * 100)) == (200, "OK")
    heard = ""

    def seen() -> bool:
        nonlocal heard
        heard += ask(url)[1]
        return heard.count('["user_position"') == 101

    until_sync(seen, "every step")
    assert ask(url, b"1") == (200, "OK")
    until_sync(lambda: players(engine) == 0, "the leave")


@pytest.mark.parametrize("mode", MODES)
def test_a_full_server_says_why_it_refuses(mode: str) -> None:
    async def scene(url: str) -> None:
        (ann,) = await meet([url], ["websocket"])
        late = socketio.AsyncClient(reconnection=False, http_session=reading_whole.session)
        said: list[Any] = []
        late.on("connect_error", said.append, namespace="/grid-game")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await late.connect(url, transports=["websocket"], namespaces=["/grid-game"])
        await late.disconnect()
        text = "the server is full (1 players)"
        assert said == [{"message": text, "data": {"code": "full", "text": text}}]
        await leave(ann)

    with running_flask(mode, "--max-players", "1") as server:
        play(scene(server.url))


@pytest.mark.parametrize("mode", MODES)
def test_who_reads_slowly_is_sent_whole_frames(mode: str) -> None:
    with running_flask(mode, "--ping-timeout", "60") as server:
        play(read_slowly(server.url))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("mode", MODES)
def test_a_signal_ends_it_and_clients_see_a_clean_end(mode: str, number: int) -> None:
    async def scene(server: Server) -> None:
        ends: list[str] = []
        for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
            (client,) = await meet([server.url], transports)
            client.sio.on("disconnect", ends.append, namespace="/grid-game")
        server.process.send_signal(number)
        await until(lambda: len(ends) == 3, "the end of all three")
        assert ends == ["server disconnect"] * 3
        assert await asyncio.to_thread(server.process.wait, 10) == 0

    with running_flask(mode) as server:
        play(scene(server))
        assert server.output[1:] == []


@pytest.mark.parametrize("mode", MODES)
def test_it_ends_with_whoever_started_it(mode: str) -> None:
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", "--while-stdin-open"]
    with subprocess.Popen(
        [*command, "--engine", "flask", "--async-mode", mode],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline().startswith("gridcli serves on http://127.0.0.1:")
        process.stdin.write("still here\n")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.stdin.close()
        assert process.wait(10) == 0


def test_accepted_sockets_do_not_wait_for_acknowledgements(engine: Server) -> None:
    async def scene() -> None:
        async with RawClient(port_of(engine.url)) as raw:
            await raw.send("40/grid-game,")
            await raw.text('42/grid-game,["users_connected"')
            port = raw.socket.getsockname()[1]
            set_to = [
                one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                for one in sockets_of(engine.pid)
                if peer_port(one) == port
            ]
            assert set_to
            assert all(set_to)

    play(scene())


def sockets_of(pid: int) -> Iterator[socket.socket]:
    """Copies of the sockets that another process of ours has."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(pid)
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            if not os.readlink(entry).startswith("socket:"):
                continue
            fd = libc.syscall(_PIDFD_GETFD, process, int(entry.name), 0)
            if fd < 0:
                why = os.strerror(ctypes.get_errno())
                missing(f"the right to look into another process ({why})")
            with socket.socket(fileno=fd) as copy:
                yield copy
    finally:
        os.close(process)


def peer_port(one: socket.socket) -> int | None:
    """The port at the other end of a TCP connection."""
    if one.family != socket.AF_INET:
        return None
    try:
        port: Any = one.getpeername()[1]
    except OSError:
        return None  # it listens
    return int(port)
