"""The same programs in Flask-SocketIO's own test client and in ours observe the same.

Both test the same small application, once written for Flask-SocketIO and once for python-socketio,
the latter on the stock manager and on fan-out, with a task for each event and without. Not here:
what only ours has (`test_testing`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flask
import flask_socketio
import pytest
import socketio
from hypothesis import given, settings
from hypothesis import strategies as st

from server.fanout.manager import FanoutManager
from server.fanout.testing import InProcess

NAMESPACES = ("/", "/x")
Connect = Callable[..., Any]
"""Makes a client: (namespace, auth, query_string, headers)."""


def on_flask() -> Connect:
    app = flask.Flask(__name__)
    sio = flask_socketio.SocketIO(app, async_mode="threading")
    emit, request = flask_socketio.emit, flask.request

    def connect(auth: Any = None) -> None:
        if auth == "refuse":
            raise flask_socketio.ConnectionRefusedError("no", {"code": 7})
        if auth == "break":
            raise LookupError("broken")
        greeting = [auth, request.args.get("page"), request.headers.get("X-Own")]
        emit("greeting", greeting)

    def handle_message(data: Any) -> Any:
        flask_socketio.send(data)
        return "message"

    def handle_json(data: Any) -> None:
        flask_socketio.send(data, json=True, broadcast=True)

    def kick() -> None:
        emit("last", "words")
        flask_socketio.disconnect()

    def ask(data: Any) -> None:
        emit("question", data, callback=print)

    def broken(*args: Any) -> None:
        raise LookupError("broken")

    def leave(reason: Any = None) -> None:
        emit("left", broadcast=True)

    handlers: dict[str, Callable[..., Any]] = {
        "connect": connect,
        "disconnect": leave,
        "message": handle_message,
        "json": handle_json,
        "say": lambda *args: emit("said", *args, broadcast=True, include_self=False),
        "enter": lambda room: flask_socketio.join_room(room),
        "exit": lambda room: flask_socketio.leave_room(room),
        "tell": lambda room, data: emit("told", data, to=room),
        "echo": lambda *args: args,
        "value": lambda data: data,
        "kick": kick,
        "ask": ask,
        "broken": broken,
    }
    for namespace in NAMESPACES:
        for event, handler in handlers.items():
            sio.on_event(event, handler, namespace=namespace)

    def client(namespace: str, auth: Any, query_string: str, headers: Any) -> Any:
        return sio.test_client(
            app, namespace=namespace, auth=auth, query_string=query_string, headers=headers
        )

    return client


def serve(sio: Any, namespace: str) -> None:
    """The same application for python-socketio."""

    def on(event: str, handler: Callable[..., Any]) -> None:
        sio.on(event, handler, namespace=namespace)

    async def emit(event: str, *args: Any, **kwargs: Any) -> None:
        data = args[0] if len(args) == 1 else args
        await sio.emit(event, data, namespace=namespace, **kwargs)

    async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
        if auth == "refuse":
            raise socketio.exceptions.ConnectionRefusedError("no", {"code": 7})
        if auth == "break":
            raise LookupError("broken")
        query = dict(part.split("=") for part in environ["QUERY_STRING"].split("&"))
        greeting = [auth, query.get("page"), environ.get("HTTP_X_OWN")]
        await emit("greeting", greeting, to=sid)

    async def message(sid: str, data: Any) -> Any:
        await emit("message", data, to=sid)
        return "message"

    async def kick(sid: str) -> None:
        await emit("last", "words", to=sid)
        await sio.disconnect(sid, namespace=namespace)

    async def broken(sid: str, *args: Any) -> None:
        raise LookupError("broken")

    async def ask(sid: str, data: Any) -> None:
        await emit("question", data, to=sid, callback=print)

    async def say(sid: str, *args: Any) -> None:
        await emit("said", *args, skip_sid=sid)

    async def echo(sid: str, *args: Any) -> tuple[Any, ...]:
        return args

    async def tell(sid: str, room: str, data: Any) -> None:
        await emit("told", data, to=room)

    async def enter(sid: str, room: str) -> None:
        await sio.enter_room(sid, room, namespace=namespace)

    async def leave_room(sid: str, room: str) -> None:
        await sio.leave_room(sid, room, namespace=namespace)

    async def json(sid: str, data: Any) -> None:
        await emit("json", data)

    async def left(sid: str, reason: Any) -> None:
        await emit("left")

    on("connect", connect)
    on("disconnect", left)
    on("message", message)
    on("json", json)
    on("say", say)
    on("enter", enter)
    on("exit", leave_room)
    on("tell", tell)
    on("echo", echo)
    on("value", lambda sid, data: data)
    on("kick", kick)
    on("ask", ask)
    on("broken", broken)


@contextmanager
def in_process(*, fanout: bool, async_handlers: bool) -> Iterator[Connect]:
    sio = socketio.AsyncServer(
        async_mode="aiohttp",
        async_handlers=async_handlers,
        client_manager=FanoutManager() if fanout else None,
    )
    for namespace in NAMESPACES:
        serve(sio, namespace)
    with InProcess(sio) as server:

        def client(namespace: str, auth: Any, query_string: str, headers: Any) -> Any:
            return server.test_client(
                namespace, auth=auth, query_string=query_string, headers=headers
            )

        yield client


OURS = [(fanout, tasks) for fanout in (False, True) for tasks in (False, True)]
SERVERS = ["flask", *OURS]


@contextmanager
def serving(kind: Any) -> Iterator[Connect]:
    if kind == "flask":
        yield on_flask()
    else:
        with in_process(fanout=kind[0], async_handlers=kind[1]) as connect:
            yield connect


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
ROOM = st.sampled_from(["red", "blue"])
EVENT = st.one_of(
    st.tuples(st.sampled_from(["value", "ask"]), JSON),
    # Flask's test client fails at a message without an argument, and None is none.
    st.tuples(st.sampled_from(["message", "json"]), JSON.filter(lambda data: data is not None)),
    st.lists(JSON, max_size=3).map(lambda args: ("echo", *args)),
    st.lists(JSON, max_size=2).map(lambda args: ("nobody's", *args)),
    st.tuples(st.just("say"), JSON),
    st.tuples(st.sampled_from(["enter", "exit"]), ROOM),
    st.tuples(st.just("tell"), ROOM, JSON),
    st.sampled_from([("kick",), ("broken",)]),
)
ACTION = st.one_of(
    *[st.tuples(st.just("emit"), EVENT, st.booleans())] * 6,
    st.tuples(st.just("read")),
    st.tuples(st.just("disconnect")),
    st.tuples(st.just("connect"), st.sampled_from(["refuse", None, {"a": 1}])),
)
STEP = st.tuples(st.integers(0, 2), st.sampled_from(NAMESPACES), ACTION)


HANDSHAKE = ("page=2", {"X-Own": "z"})


def observe(connect: Connect, program: list[Any]) -> list[Any]:
    """What three clients see who follow a program."""
    clients = [
        connect("/", None, *HANDSHAKE),
        connect("/x", {"n": 2}, *HANDSHAKE),
        connect("/x", "refuse", *HANDSHAKE),
    ]
    seen: list[Any] = []
    for who, namespace, action in program:
        client = clients[who]
        try:
            seen.append(act(client, namespace, *action))
        except (RuntimeError, LookupError) as error:
            seen.append(type(error))
        seen.append([c.is_connected(name) for c in clients for name in NAMESPACES])
    seen += [c.get_received(name) for c in clients for name in NAMESPACES if c.is_connected(name)]
    return seen


def act(client: Any, namespace: str, what: str, *more: Any) -> Any:
    if what == "emit":
        event, callback = more
        return client.emit(*event, callback=callback, namespace=namespace)
    if what == "read":
        # After the end ours still gives what came before it, where Flask's raises.
        return client.get_received(namespace) if client.is_connected(namespace) else None
    if what == "connect":
        if not client.is_connected(namespace):
            # Ours keeps the session's handshake, as on the wire; Flask's begins with a bare one.
            query_string, headers = HANDSHAKE
            client.connect(namespace, query_string, headers, more[0])
        return None
    return client.disconnect(namespace)


@settings(max_examples=40)
@given(st.lists(STEP, min_size=3, max_size=25))
def test_programs_observe_the_same(program: list[Any]) -> None:
    with serving("flask") as connect:
        expected = observe(connect, program)
    for kind in OURS:
        with serving(kind) as connect:
            assert observe(connect, program) == expected, kind


@pytest.mark.parametrize("kind", SERVERS, ids=str)
def test_one_program_with_what_it_must_see(kind: Any) -> None:
    """So that the two are not equal in seeing nothing."""
    with serving(kind) as connect:
        ann = connect("/x", {"n": 1}, "page=7", {"X-Own": "mine"})
        bob = connect("/x", None, "", None)
        assert ann.is_connected("/x")
        assert not ann.is_connected("/")
        greeting = {"name": "greeting", "args": [[{"n": 1}, "7", "mine"]], "namespace": "/x"}
        assert ann.get_received("/x") == [greeting]
        assert [e["args"] for e in bob.get_received("/x")] == [[[None, None, None]]]
        assert ann.emit("value", {"b": b"\x00"}, callback=True, namespace="/x") == {"b": b"\x00"}
        assert ann.emit("echo", 1, [2], callback=True, namespace="/x") == [1, [2]]
        assert ann.emit("echo", callback=True, namespace="/x") == []
        assert ann.emit("echo", 1, namespace="/x") is None
        assert ann.emit("nobody's", callback=True, namespace="/x") is None
        assert ann.send("hello", callback=True, namespace="/x") == "message"
        ann.send({"a": 1}, json=True, namespace="/x")
        ann.emit("enter", "red", namespace="/x")
        bob.emit("tell", "red", "psst", namespace="/x")
        names = [(e["name"], e["args"]) for e in ann.get_received("/x")]
        assert names == [("message", "hello"), ("json", {"a": 1}), ("told", ["psst"])]
        assert [e["args"] for e in bob.get_received("/x")] == [{"a": 1}]
        with pytest.raises(LookupError, match="broken"):
            ann.emit("broken", namespace="/x")
        with pytest.raises(RuntimeError, match="not connected"):
            ann.emit("echo", namespace="/")
        bob.emit("kick", namespace="/x")
        assert not bob.is_connected("/x")
        ann.connect("/", auth="refuse")
        assert not ann.is_connected("/")
        ann.disconnect("/x")
        assert not ann.is_connected("/x")
        with pytest.raises(LookupError, match="broken"):
            ann.connect("/", auth="break")
