"""A client of an in-process server: what it asks, is asked and is told, and its handshake.

Not here: what a call waits for (`test_testing`), that it observes what Flask-SocketIO's does
(`test_flask_parity`).
"""

import asyncio
from typing import Any

import pytest
import socketio

from server.fanout.testing import InProcess


def names(received: list[dict[str, Any]]) -> list[str]:
    return [event["name"] for event in received]


def test_the_server_asks_and_the_client_answers(sio: Any, server: InProcess) -> None:
    answers: list[Any] = []

    @sio.event
    async def ask(sid: str) -> None:
        await sio.emit("question", (1, b"x"), to=sid, callback=lambda *args: answers.append(args))

    @sio.event
    async def call(sid: str, room: str) -> Any:
        return await sio.call("question", (2, b"y"), to=sid)

    client = server.test_client()
    client.emit("ask")
    assert answers == []  # without a function nobody answers
    client.on("question", lambda *args: args)
    client.emit("ask")

    async def wait(number: int, data: bytes) -> dict[str, int]:
        await asyncio.sleep(0.01)
        return {"number": number}

    client.on("question", wait)
    client.emit("ask")
    client.on("question", lambda *args: None)
    client.emit("ask")
    assert answers == [(1, b"x"), ({"number": 1},), ()]
    assert names(client.get_received()) == ["question"] * 4
    if sio.async_handlers:
        client.on("question", wait)
        assert client.emit("call", "x", callback=True) == {"number": 2}


def test_the_server_disconnects_a_client_which_can_still_read(sio: Any, server: InProcess) -> None:
    ended: list[tuple[str, str]] = []
    sio.on("disconnect", lambda sid, reason: ended.append((sid, reason)))
    client, other = server.test_client(), server.test_client()
    sid = client.get_sid()
    server.run(sio.emit("last", "words", to=sid))
    server.run(sio.disconnect(sid))
    assert not client.is_connected()
    assert other.is_connected()
    assert ended == [(sid, "server disconnect")]
    assert client.get_received() == [{"name": "last", "args": ["words"], "namespace": "/"}]
    for call in (client.get_received, client.disconnect, client.get_sid):
        with pytest.raises(RuntimeError, match="not connected to /"):
            call()
    client.connect()
    assert client.get_sid() != sid
    with pytest.raises(RuntimeError, match="already connected"):
        client.connect()


def test_a_session_ends_from_either_side_with_all_its_namespaces(sio: Any) -> None:
    ended: list[tuple[str, str]] = []
    for name in ("/", "/x"):
        sio.on("disconnect", lambda _, why, n=name: ended.append((n, why)), namespace=name)
    with InProcess(sio) as server:
        for reason in ("transport close", "server disconnect"):
            client = server.test_client()
            client.connect("/x")
            if reason == "server disconnect":
                (eio_sid,) = sio.eio.sockets
                server.run(sio.eio.disconnect(eio_sid))
            else:
                client.close()
            client.close()  # once is enough
            assert not client.is_connected()
            assert not client.is_connected("/x")
            assert sorted(ended) == [("/", reason), ("/x", reason)]
            assert sio.eio.sockets == {}
            ended.clear()
        client.connect("/x")
        assert client.is_connected("/x")
    assert ended == [("/x", "transport close")]
    assert (sio.environ, sio.eio.sockets) == ({}, {})
    assert not sio.manager.rooms.get("/x")


def test_a_refusal_is_told_with_its_reason(sio: Any, server: InProcess) -> None:
    @sio.event
    async def connect(sid: str, environ: Any, auth: Any) -> Any:
        if auth == "data":
            raise socketio.exceptions.ConnectionRefusedError("no", {"code": 1})
        return auth

    refused = server.test_client(auth="data")
    assert not refused.is_connected()
    assert refused.connect_error() == {"message": "no", "data": {"code": 1}}
    refused.connect(auth=False or None)
    assert refused.is_connected()
    assert refused.connect_error() is None
    nowhere = server.test_client("/nowhere")
    assert nowhere.connect_error() == "Unable to connect"
    sio.always_connect = True
    late = server.test_client(auth="data")
    assert not late.is_connected()
    assert late.connect_error() == {"message": "no", "data": {"code": 1}}


@pytest.mark.parametrize("mode", ["aiohttp", "asgi"])
def test_the_connect_handler_is_shown_a_handshake(mode: str) -> None:
    sio = socketio.AsyncServer(async_mode=mode)
    shown: list[dict[str, Any]] = []
    sio.on("connect", lambda sid, environ: shown.append(environ))
    with InProcess(sio) as server:
        headers = {"Cookie": "a=1", "X-Own": "é"}
        client = server.test_client(query_string="?token=%20x", headers=headers)
        assert sio.get_environ(client.get_sid()) is shown[0]
    environ = shown[0]
    # aiohttp's driver hands it on decoded, on a socket as well.
    token = " x" if mode == "aiohttp" else "%20x"
    assert environ["QUERY_STRING"] == f"transport=polling&EIO=4&token={token}"
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_OWN"]) == ("a=1", "é")
    assert environ["PATH_INFO"] == "/socket.io/"
    if mode == "aiohttp":
        request = environ["aiohttp.request"]
        assert (request.cookies, request.query["token"]) == ({"a": "1"}, " x")
    else:
        assert environ["asgi.scope"]["query_string"].endswith(b"token=%20x")


def test_a_session_keeps_what_a_handler_saves(sio: Any, server: InProcess) -> None:
    @sio.event
    async def count(sid: str) -> int:
        async with sio.session(sid) as session:
            session["n"] = session.get("n", 0) + 1
            return int(session["n"])

    one, other = server.test_client(), server.test_client()
    counts = [each.emit("count", callback=True) for each in (one, other, one)]
    assert counts == [1, 1, 2]


def test_another_serializer_is_spoken() -> None:
    sio = socketio.AsyncServer(async_mode="aiohttp", serializer="msgpack")
    sio.on("echo", lambda sid, *args: args)
    with InProcess(sio) as server:
        assert server.test_client().emit("echo", b"x", [1.5], callback=True) == [b"x", [1.5]]


def test_a_class_of_handlers_is_served(sio: Any, server: InProcess) -> None:
    class Chat(socketio.AsyncNamespace):
        async def on_connect(self, sid: str, environ: Any, auth: Any) -> None:
            await self.save_session(sid, {"name": auth})

        async def on_say(self, sid: str, text: str) -> str:
            session = await self.get_session(sid)
            await self.emit("said", (session["name"], text))
            return "ok"

    sio.register_namespace(Chat("/chat"))
    ann, bob = server.test_client("/chat", auth="ann"), server.test_client("/chat", auth="bob")
    assert ann.emit("say", "hi", callback=True) == "ok"
    assert bob.get_received() == [{"name": "said", "args": ["ann", "hi"], "namespace": "/chat"}]
