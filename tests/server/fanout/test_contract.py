"""What fan-out uses of the libraries beyond their documentation is there and does what it should.

When one of these fails after an update, `server/fanout/stock.py` is where to look first. Not
here: that all of it together behaves like stock (`test_same_as_stock`).
"""

import ast
import asyncio
import gc
import inspect
import itertools
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web
from aiohttp._websocket import reader
from engineio.async_drivers import aiohttp as driver
from engineio.async_socket import AsyncSocket
from engineio.packet import CLOSE, MESSAGE, NOOP, Packet
from waiting import until

import server
from server.fanout import stock
from server.fanout.heartbeat import RunningTime, keep_time
from server.fanout.manager import FanoutManager
from server.fanout.websocket import FanoutWebSocket

PACKAGE = Path(server.__file__).parent


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def aiohttp_server(manager: Any = None, **options: Any) -> Any:
    return socketio.AsyncServer(
        async_mode="aiohttp", client_manager=manager, monitor_clients=False, **options
    )


def test_only_one_module_touches_what_the_libraries_keep_to_themselves() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path == PACKAGE / "fanout" / "stock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Attribute):
                own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                names = [] if own else [node.attr]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [part for alias in node.names for part in alias.name.split(".")]
            found += [
                f"{path.relative_to(PACKAGE)}:{node.lineno} {name}"
                for name in names
                # A named tuple's own methods begin so, to be told from its fields.
                if name.startswith("_") and not name.endswith("__") and name != "_replace"
            ]
    assert found == []


def test_the_methods_called_and_overridden_have_the_known_parameters() -> None:
    manager, sio = socketio.AsyncManager, socketio.AsyncServer
    known = {
        manager.emit: "self event data namespace room skip_sid callback to kwargs",
        manager.set_server: "self server",
        manager.basic_enter_room: "self sid namespace room eio_sid",
        manager.basic_leave_room: "self sid namespace room",
        manager.basic_disconnect: "self sid namespace kwargs",
        manager.get_participants: "self namespace room",
        manager.get_rooms: "self sid namespace",
        manager.is_sid_room: "self namespace room",
        manager.sid_from_eio_sid: "self eio_sid namespace",
        manager._generate_ack_id: "self sid callback",
        sio._handle_event: "self eio_sid namespace id data",
        sio._handle_disconnect: "self eio_sid namespace reason",
        manager.pre_connect: "self eio_sid namespace",
        manager.connect: "self sid namespace",
        AsyncSocket.close: "self wait abort reason",
        AsyncSocket.check_ping_timeout: "self",
        AsyncSocket.receive: "self pkt",
        AsyncSocket.schedule_ping: "self",
        AsyncSocket.send: "self pkt",
        reader.WebSocketDataQueue.feed_data: "self data size",
        web.WebSocketResponse._post_start: "self request protocol writer",
        Packet.__init__: "self packet_type data encoded_packet",
        socketio.packet.Packet.__init__: "self packet_type data namespace id binary encoded_packet",
        stock.enter_task: "loop task",
        stock.leave_task: "loop task",
    }
    assert {f.__qualname__: " ".join(parameters(f)) for f in known} == {
        f.__qualname__: names for f, names in known.items()
    }
    assert asyncio.iscoroutinefunction(sio._handle_event)
    ours = {name: parameters(getattr(FanoutManager, name)) for name in ("emit", "set_server")}
    assert ours == {name: parameters(getattr(manager, name)) for name in ours}


def test_the_managers_tables_are_kept_by_namespace_room_and_session() -> None:
    async def scene() -> None:
        manager = aiohttp_server().manager
        assert type(manager) is socketio.AsyncManager
        sid = await manager.connect("eio", "/x")
        assert manager.rooms["/x"][None] == {sid: "eio"} == manager.rooms["/x"][sid]
        manager.basic_enter_room(sid, "/x", "den")
        assert manager.rooms["/x"]["den"] == {sid: "eio"}
        assert manager.sid_from_eio_sid("eio", "/x") == sid
        assert (manager.pending_connect, manager.pending_disconnect) == ({}, {})
        assert manager.pre_disconnect(sid, "/x") == "eio"
        assert manager.pending_disconnect == {"/x": [sid]}
        assert manager._generate_ack_id(sid, print) == 1
        assert list(manager.callbacks) == [sid]
        pending = manager.pre_connect("other", "/x")
        assert manager.pending_connect == {"/x": [await pending]}
        # What `enter_room`, `leave_room`, `close_room` and `disconnect` come down to.
        for name in ("enter_room", "leave_room", "disconnect"):
            assert f"self.basic_{name}(" in inspect.getsource(getattr(manager, name))
        assert "self.basic_leave_room(" in inspect.getsource(manager.basic_close_room)

    asyncio.run(scene())


def test_a_disconnect_leaves_the_tables_as_the_stock_manager_does() -> None:
    async def scene(manager: Any) -> tuple[object, ...]:
        numbers = itertools.count()
        sio = aiohttp_server(manager)
        sio.eio.generate_id = lambda: f"sid {next(numbers)}"
        manager = sio.manager
        for eio_sid in ("eio 0", "eio 1", "eio 2"):
            sio.eio.sockets[eio_sid] = AsyncSocket(sio.eio, eio_sid)
        one, two = [await manager.connect(f"eio {n}", "/x") for n in range(2)]
        waiting = await manager.pre_connect("eio 2", "/x")
        for sid in (one, two):
            manager.basic_enter_room(sid, "/x", "den")
            manager._generate_ack_id(sid, print)
        manager.pre_disconnect(one, "/x")
        for sid in (one, waiting, "nobody"):
            await manager.disconnect(sid, "/x")
        await manager.disconnect(one, "/nowhere")
        tables = manager.rooms, manager.pending_connect, manager.pending_disconnect
        kept = {n: {r: dict(m) for r, m in rooms.items()} for n, rooms in tables[0].items()}
        return kept, *tables[1:], list(manager.callbacks)

    assert asyncio.run(scene(FanoutManager())) == asyncio.run(scene(None))


def test_the_transports_table_is_shared_so_ours_is_a_copy() -> None:
    before = aiohttp_server()
    ours = aiohttp_server(FanoutManager())
    after = aiohttp_server()
    assert before.eio._async is after.eio._async is driver._async
    assert driver._async["websocket"] is driver.WebSocket
    assert ours.eio._async is not driver._async
    assert {**ours.eio._async, "websocket": driver.WebSocket} == driver._async


def test_the_transport_is_made_with_a_method_of_the_clients_socket() -> None:
    async def scene() -> None:
        made: list[tuple[Any, Any]] = []

        async def serve(environ: dict[str, Any]) -> str:
            assert "aiohttp.request" in environ
            return "served"

        def make(handler: Any, engineio_server: Any) -> Any:
            made.append((handler, engineio_server))
            return serve

        eio = aiohttp_server().eio
        eio._async = {**eio._async, "websocket": make}
        socket = AsyncSocket(eio, "sid")
        assert (socket.connected, socket.upgraded, socket.upgrading) == (False, False, False)
        environ = {"HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket"}
        assert await socket.handle_get_request({**environ, "aiohttp.request": None}) == "served"
        (handler, engineio_server) = made[0]
        assert handler.__self__ is socket
        assert engineio_server is eio
        made_by_ours = aiohttp_server(FanoutManager()).eio._async["websocket"](handler, eio)
        assert isinstance(made_by_ours, FanoutWebSocket)

    asyncio.run(scene())


def test_all_that_a_client_is_sent_ends_in_its_sockets_queue() -> None:
    async def scene() -> None:
        eio = aiohttp_server().eio
        socket = eio.sockets["sid"] = AsyncSocket(eio, "sid")
        assert isinstance(socket.queue, asyncio.Queue)
        kept: list[Any] = []

        class Kept:
            async def put(self, packet: Any) -> None:
                kept.append(packet)

            async def join(self) -> None:
                kept.append("joined")

        assert isinstance(socket.last_ping, float)
        socket.queue = Kept()
        packet = Packet(MESSAGE, "x")
        await socket.send(packet)
        await eio.send_packet("sid", packet)
        assert kept == [packet, packet]
        await eio.disconnect("sid")
        assert kept[2].packet_type == CLOSE
        assert kept[3:] == ["joined"]
        assert (socket.closing, socket.closed) == (True, True)

    asyncio.run(scene())


async def begun(eio: Any, clock: RunningTime) -> Any:
    """A session that goes by a clock, as python-engineio begins it."""
    eio.on("connect", accepted)
    keep_time(eio, clock, 1000)
    socket = eio.sockets["sid"] = AsyncSocket(eio, "sid")
    await eio.handlers["connect"]("sid", {})
    return socket


async def accepted(sid: str, environ: object) -> None:
    pass


def test_a_packet_for_a_polling_client_is_queued_as_sending_does_it() -> None:
    async def scene() -> None:
        eio = aiohttp_server(ping_timeout=5).eio
        packets = [Packet(MESSAGE, "x"), Packet(NOOP)]
        socket = await begun(eio, RunningTime())
        stock.queue_for(eio, "sid", packets)
        stock.queue_for(eio, "nobody", packets)
        assert [socket.queue.get_nowait(), socket.queue.get_nowait()] == packets
        # Who owes a pong for too long is closed by the next packet instead.
        socket.last_ping -= 6
        stock.queue_for(eio, "sid", packets)
        await until(lambda: socket.closed, "the end of the connection")
        assert packets[0] not in [socket.queue.get_nowait() for _ in range(socket.queue.qsize())]
        stock.queue_for(eio, "sid", packets)
        assert socket.queue.empty()

    asyncio.run(scene())


def test_packets_for_a_client_that_is_overdue_close_it_once_and_fail_nowhere() -> None:
    async def scene() -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        eio = aiohttp_server(ping_timeout=5).eio
        ends: list[str] = []
        eio.on("disconnect", lambda sid, reason: ends.append(reason))
        socket = await begun(eio, RunningTime())
        socket.last_ping -= 6
        before = asyncio.all_tasks()
        for _ in range(3):
            stock.queue_for(eio, "sid", [Packet(MESSAGE, "x")])
        await asyncio.wait(asyncio.all_tasks() - before)
        gc.collect()
        assert (ends, told) == (["ping timeout"], [])

    asyncio.run(scene())


def test_binary_attachments_that_are_under_way_are_known_by_session() -> None:
    async def scene() -> None:
        sio = aiohttp_server()
        sio.on("x", lambda sid, data: None)
        await sio.manager.connect("eio", "/")
        await sio._handle_eio_message("eio", '51-["x",{"_placeholder":true,"num":0}]')
        assert list(stock.incomplete_packets(sio)) == ["eio"]
        await sio._handle_eio_message("eio", b"1")
        assert stock.incomplete_packets(sio) == {}

    asyncio.run(scene())
