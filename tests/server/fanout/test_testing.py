"""The in-process test client: what a call waits for, what reaches the test, and how it ends.

Not here: what a client can do (`test_testing_client`), that it observes what Flask-SocketIO's does
(`test_flask_parity`), the game in it (`tests/server/test_in_process`).
"""

import asyncio
import gc
import time
from typing import Any

import pytest
import socketio

from server.fanout.testing import InProcess, NotSettled


def names(received: list[dict[str, Any]]) -> list[str]:
    return [event["name"] for event in received]


def test_a_call_waits_for_its_handler_its_tasks_and_timers_that_are_near(
    sio: Any, server: InProcess
) -> None:
    done: list[str] = []

    async def later(name: str, *pauses_s: float) -> None:
        for pause_s in pauses_s:
            await asyncio.sleep(pause_s)
        done.append(name)

    @sio.event
    async def work(sid: str) -> None:
        sio.start_background_task(later, "steps", 0, 0, 0.02, 0, 0.02, 0)
        sio.start_background_task(later, "far", 1.0)
        asyncio.get_running_loop().call_later(0.03, done.append, "timer")
        await later("handler", 0.1)

    server.test_client().emit("work")
    assert sorted(done) == ["handler", "steps", "timer"]
    server.run(asyncio.sleep(1.0))
    assert done[-1] == "far"


def test_a_handler_may_wait_for_a_thread_or_the_network(sio: Any, server: InProcess) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(2))
        writer.close()
        await writer.wait_closed()

    @sio.event
    async def fetch(sid: str) -> tuple[int, bytes]:
        site = await asyncio.start_server(greet, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*site.sockets[0].getsockname()[:2])
        writer.write(b"hi")
        heard = await reader.read()
        writer.close()
        await writer.wait_closed()
        site.close()
        return await asyncio.to_thread(lambda: time.sleep(0.1) or 7), heard

    assert server.test_client().emit("fetch", callback=True) == [7, b"hi"]


def test_what_does_not_come_to_rest_is_named(sio: Any) -> None:
    stop: list[bool] = []

    @sio.event
    async def wait(sid: str) -> None:
        await asyncio.Event().wait()

    @sio.event
    async def repeat(sid: str) -> None:
        async def for_ever() -> None:
            for _ in iter(stop.__len__, 1):
                await asyncio.sleep(0.01)

        sio.start_background_task(for_ever)

    @sio.event
    async def spin(sid: str) -> None:
        for _ in iter(int, 1):
            await asyncio.sleep(0)

    with InProcess(sio, limit_s=0.5) as server:
        client = server.test_client()
        with pytest.raises(NotSettled, match=r"0\.5 s: the handler of 'wait' has not ended"):
            client.emit("wait")
        with pytest.raises(NotSettled, match="the handler of 'spin'"):
            client.emit("spin")
        with pytest.raises(NotSettled, match=r"kept happening.*'repeat'; tasks: .*for_ever"):
            client.emit("repeat")
        stop.append(True)
        # None of it stands in the way of what comes after.
        assert client.emit("nothing", callback=True) is None


def test_a_failure_in_a_task_a_callback_or_the_clients_answer_reaches_the_test(
    sio: Any, server: InProcess
) -> None:
    def fail(*args: Any) -> None:
        raise LookupError(*args)

    async def fail_later() -> None:
        fail("task")

    @sio.event
    async def work(sid: str, what: str) -> str:
        if what == "task":
            asyncio.get_running_loop().create_task(fail_later())
        elif what == "timer":
            asyncio.get_running_loop().call_later(0.01, fail, "timer")
        elif what == "answer":
            await sio.emit("ask", to=sid, callback=fail)
        return "done"

    client = server.test_client()
    client.on("ask", lambda: "answer")
    for what in ("task", "timer", "answer"):
        with pytest.raises(LookupError, match=what):
            client.emit("work", what)
    client.on("ask", lambda: fail("client"))
    with pytest.raises(LookupError, match="client"):
        client.emit("work", "answer")
    assert client.emit("work", "nothing", callback=True) == "done"
    with pytest.raises(LookupError, match="run"):
        server.run(asyncio.to_thread(fail, "run"))


def test_one_server_is_tested_again_and_again(sio: Any) -> None:
    sio.on("say", lambda sid, text: sio.start_background_task(sio.emit, "said", text))
    for _ in range(3):
        with InProcess(sio) as server:
            ann, bob = server.test_client(), server.test_client()
            ann.emit("say", "x")
            assert names(bob.get_received()) == ["said"]


def test_what_the_manager_runs_is_begun_again_each_time(sio: Any, manager: Any) -> None:
    async def tasks() -> set[str]:
        return {str(task.get_coro()) for task in asyncio.all_tasks()}

    for _ in range(2):
        with InProcess(sio) as server:
            server.test_client()
            watches = [task for task in server.run(tasks()) if "watch_heartbeats" in task]
            assert len(watches) == (manager is not None)


def test_a_failure_that_a_cycle_holds_back_is_not_lost(sio: Any, server: InProcess) -> None:
    async def fail() -> None:
        me = asyncio.current_task()
        raise LookupError(str(me))

    sio.on("work", lambda sid: sio.start_background_task(fail) and None)
    client = server.test_client()
    gc.disable()
    try:
        with pytest.raises(LookupError, match="fail"):
            client.emit("work")
    finally:
        gc.enable()


def test_what_still_runs_at_the_end_is_cancelled(sio: Any) -> None:
    seen: list[str] = []
    tasks: list[Any] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    @sio.event
    async def connect(sid: str, environ: Any) -> None:
        tasks.append(sio.start_background_task(for_ever))
        seen.append("up")

    with InProcess(sio) as server:
        server.test_client()
        assert seen == ["up"]
    assert seen == ["up", "cancelled"]
    gc.collect()  # anything left open would warn, which is an error here


def test_the_tests_own_failure_is_the_one_that_is_seen(sio: Any) -> None:
    def disconnect(sid: str, reason: str) -> None:
        raise LookupError("at the end")

    sio.on("disconnect", disconnect)
    with pytest.raises(LookupError, match="at the end"), InProcess(sio) as server:
        _ = server.test_client(), server.test_client()
    assert sio.eio.sockets == {}
    with pytest.raises(ValueError, match="mine"), InProcess(sio) as server:
        server.test_client().emit(int("mine"))


def test_within_a_running_loop_it_says_why_not(sio: Any, server: InProcess) -> None:
    client = server.test_client()

    async def scene() -> None:
        with pytest.raises(RuntimeError, match="event loop of its own"):
            client.emit("x")
        with pytest.raises(RuntimeError, match="event loop of its own"):
            InProcess(sio).__enter__()

    asyncio.run(scene())


def test_a_server_with_a_message_queue_is_refused() -> None:
    manager = socketio.AsyncRedisManager("redis://127.0.0.1:1")
    sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=manager)
    with pytest.raises(ValueError, match="message queue"):
        InProcess(sio)
