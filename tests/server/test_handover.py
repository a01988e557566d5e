"""A request that comes to the wrong worker is answered by the right one, on the same connection.

Two workers of one process on two ports, so that a test says who is asked. Not here: workers of
one port as processes (`test_workers`).
"""

import asyncio
import gzip
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from event_loops import Loop, both_loops, play_on
from handover_pair import CAP, PATH, Worker, one_request_each, run, two_workers
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import until


@both_loops
def test_the_connection_itself_moves_to_the_owner_and_back(loop: Loop) -> None:
    async def scene() -> None:
        async with two_workers() as (a, b), aiohttp.ClientSession() as http:

            async def ask(sid: str) -> str:
                async with http.get(f"{a.url}{PATH}?sid={sid}") as response:
                    return await response.text()

            # One after the other on one connection, which always goes to `a`'s port.
            assert [await ask(sid) for sid in ("b.1", "b.2", "a.1", "b.3")] == ["b", "b", "a", "b"]
            assert len(set(a.peers + b.peers)) == 1, "the client had to connect again"

    play_on(loop, scene)


@both_loops
def test_a_websocket_opens_at_the_owner(loop: Loop) -> None:
    async def scene() -> None:
        async with (
            two_workers() as (a, _),
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{a.url}{PATH}?sid=b.1") as ws,
        ):
            for text in ("one", "x" * 70_000):
                await ws.send_str(text)
                assert await ws.receive_str() == f"b: {text}"

    play_on(loop, scene)


def test_other_sessions_and_other_routes_stay() -> None:
    async def scene() -> None:
        async with two_workers() as (a, b), aiohttp.ClientSession() as http:
            for path in (
                PATH,
                f"{PATH}?sid=a.1",
                f"{PATH}?sid=b",
                f"{PATH}?sid=",
                "/other?sid=b.1",
            ):
                async with http.get(f"{a.url}{path}") as response:
                    assert await response.text() == "a", path
            # Nobody's, and names that would lead out of the folder.
            for sid in ("c.1", "../b.1", "%2e%2e%2fb.1", "B.1", ".1", "b%00.1", "x" * 300 + ".1"):
                async with http.post(f"{a.url}{PATH}?sid={sid}", data="body") as response:
                    assert await response.text() == "a", sid
            assert b.seen == []

    run(scene)


def test_the_sessions_of_a_dead_owner_are_answered_for_here() -> None:
    async def scene() -> None:
        with TemporaryDirectory() as folder:
            a = Worker("a", Path(folder))
            await a.start()
            # What a killed worker leaves behind.
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as dead:
                dead.bind(f"{folder}/b.sock")
            try:
                async with aiohttp.ClientSession() as http:
                    for _ in range(2):
                        async with http.post(f"{a.url}{PATH}?sid=b.1", data="body") as response:
                            assert await response.text() == "a"
                assert len(set(a.peers)) == 1, "the connection was closed"
                assert [seen["body"] for seen in a.seen] == [b"body", b"body"]
            finally:
                await a.stop()

    run(scene)


def test_a_socket_left_by_a_killed_worker_is_taken_over() -> None:
    async def scene() -> None:
        with TemporaryDirectory() as folder:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as dead:
                dead.bind(f"{folder}/b.sock")
            a, b = Worker("a", Path(folder)), Worker("b", Path(folder))
            await a.start()
            await b.start()
            assert (Path(folder) / "b.sock").stat().st_mode & 0o077 == 0
            try:
                async with (
                    aiohttp.ClientSession() as http,
                    http.get(f"{a.url}{PATH}?sid=b.1") as response,
                ):
                    assert await response.text() == "b"
            finally:
                await a.stop()
                await b.stop()
            assert os.listdir(folder) == []

    run(scene)


def test_bodies_over_the_cap_are_refused_and_never_passed_on() -> None:
    async def scene() -> None:
        async with two_workers() as (a, b), one_request_each() as http:
            url = f"{a.url}{PATH}?sid=b.1"
            for size, status in ((CAP, 200), (CAP + 1, 413), (900_000, 413)):
                async with http.post(url, data=b"x" * size) as response:
                    assert response.status == status, size
            zeros = {"data": gzip.compress(bytes(500_000)), "headers": {"Content-Encoding": "gzip"}}
            async with http.post(url, **zeros) as response:
                assert response.status == 413
            assert [len(seen["body"]) for seen in b.seen] == [CAP]

    run(scene)


def test_bodies_in_chunks_or_compressed_arrive_plain() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async def scene() -> None:
        async with two_workers() as (a, b), one_request_each() as http:
            url = f"{a.url}{PATH}?sid=b.1"
            headers = {"Content-Encoding": "gzip", "Expect": "100-continue"}
            for sent in (
                {"data": chunks()},
                {"data": gzip.compress(b"one two"), "headers": headers},
            ):
                async with http.post(url, **sent) as response:
                    assert await response.text() == "b"
            assert [seen["body"] for seen in b.seen] == [b"one two"] * 2
            assert [seen["headers"]["Content-Length"] for seen in b.seen] == ["7"] * 2

    run(scene)


def test_garbage_in_the_socket_hurts_nobody() -> None:
    async def scene() -> None:
        async with two_workers() as (a, b), aiohttp.ClientSession() as http:
            left, right = socket.socketpair()
            path = b.handover.path
            for message, handles in (
                (b"", []),
                (b"no connection", []),
                (b"\0" * 100_000, [left.fileno()]),
                (b"GET / HTTP/1.1\r\n\r\n", [left.fileno()] * 3),
            ):
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sender:
                    sender.connect(str(path))
                    socket.send_fds(sender, [message], handles)
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
                silent.connect(str(path))
                async with http.get(f"{a.url}{PATH}?sid=b.1") as response:
                    assert await response.text() == "b"
            left.close()
            right.close()

    run(scene)


def test_a_full_queue_of_the_owner_is_waited_for() -> None:
    async def scene() -> None:
        async with two_workers() as (a, _), one_request_each() as http:

            async def ask(number: int) -> str:
                async with http.get(f"{a.url}{PATH}?sid=b.{number}") as response:
                    return await response.text()

            assert await asyncio.gather(*(ask(n) for n in range(300))) == ["b"] * 300

    run(scene)


def test_a_client_that_left_on_the_way_is_forgotten() -> None:
    async def scene() -> None:
        async with two_workers() as (a, b):
            for _ in range(20):
                reader, writer = await asyncio.open_connection(*a.runner.addresses[0])
                writer.write(f"GET {PATH}?sid=b.1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                writer.transport.abort()
                assert not await reader.read()
            server = b.runner.server
            assert server is not None
            await until(lambda: not server.connections, "the end of every connection")

    run(scene)


TOKEN = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12).map(lambda s: f"X-{s}")
VALUE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "OPTIONS", "PUT"]),
    query=st.text("abcXYZ019%&=+-._~", max_size=30),
    headers=st.lists(st.tuples(TOKEN, VALUE), max_size=5),
    body=st.binary(max_size=CAP),
)
def test_the_owner_reads_what_the_client_wrote(
    method: str, query: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    body = body if method in ("POST", "PUT") else b""

    async def scene() -> None:
        async with two_workers() as (a, b):
            told = {}
            for worker in (a, b):
                reader, writer = await asyncio.open_connection(*worker.runner.addresses[0])
                lines = [f"{method} {PATH}?sid=b.1&{query} HTTP/1.1", "Host: x"]
                lines += [f"{name}: {value}" for name, value in headers]
                lines += [f"Content-Length: {len(body)}"] if body else []
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                told[worker.node] = await reader.readuntil(b"\r\n\r\n")
                writer.close()
            assert told["a"].split(b"\r\n")[0] == told["b"].split(b"\r\n")[0]
            assert a.seen == []
            handed, straight = b.seen
            for seen in b.seen:
                seen["headers"].popall("Content-Length", None)
            assert handed == straight

    run(scene)
