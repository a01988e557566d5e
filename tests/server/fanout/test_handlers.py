"""Handlers run as on the stock server: in order, in the connection's task, whatever they do.

Each test runs on the stock server, too, where it must hold as well. Not here: what clients are
sent (`test_same_as_stock`), and what they should not send (`test_odd_messages`).
"""

import asyncio
import logging
from contextvars import ContextVar

import pytest
import socketio
from handling import Sio, answered, basics, both, serving, who
from waiting import until

from server.fanout.manager import FanoutManager


@both
def test_an_event_behind_a_handler_that_waits_is_handled_after_it(fanout: bool) -> None:
    async def scene() -> None:
        steps: list[tuple[str, object]] = []
        release = asyncio.Event()

        def setup(sio: Sio) -> None:
            basics(sio)

            def step(what: str) -> None:
                steps.append((what, asyncio.current_task()))

            @sio.event
            async def slow(sid: str) -> str:
                step("slow begins")
                await release.wait()
                step("slow goes on")
                await asyncio.sleep(0)
                step("slow ends")
                return "slow"

            @sio.event
            async def quick(sid: str) -> str:
                step("quick")
                return "quick"

        async with serving(fanout, setup) as client:
            client.send('421["slow"]', '422["quick"]', '423["quick"]')
            await until(lambda: steps, "the slow handler")
            release.set()
            assert await answered(client, 3) == '["quick"]'
            assert client.got[1:] == ['31["slow"]', '32["quick"]', '33["quick"]']
        begins, goes_on, ends, *rest = (name for name, _ in steps)
        assert (begins, goes_on, ends) == ("slow begins", "slow goes on", "slow ends")
        assert rest == ["quick", "quick"]
        assert None not in {task for _, task in steps}
        assert len({task for _, task in steps}) == 1, "handlers of one connection share its task"

    asyncio.run(scene())


@both
def test_a_handler_that_raises_is_logged_and_the_next_event_handled(
    fanout: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            async def at_once(sid: str) -> None:
                raise LookupError("at once")

            @sio.event
            async def later(sid: str) -> None:
                await asyncio.sleep(0)
                raise LookupError("later")

            @sio.event
            def plain(sid: str) -> None:
                raise LookupError("plain")

        async with serving(fanout, setup) as client:
            client.send('421["at_once"]', '422["later"]', '423["plain"]', '424["echo",1]')
            assert await answered(client, 4) == "[1]"
            assert client.got[1:] == ["34[1]"]

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    errors = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert [r.getMessage() for r in errors] == ["message async handler error"] * 3
    told = [str(r.exc_info[1]) for r in errors if r.exc_info is not None]
    assert told == ["at once", "later", "plain"]


@both
@pytest.mark.parametrize("wait", [False, True])
def test_a_handler_that_is_cancelled_answers_nothing_and_ends_nothing(
    fanout: bool, wait: bool
) -> None:
    async def scene() -> None:
        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            async def cancelled(sid: str) -> None:
                if wait:
                    await asyncio.sleep(0)
                raise asyncio.CancelledError

        async with serving(fanout, setup) as client:
            client.send('421["cancelled"]', '422["echo"]')
            assert await answered(client, 2) == "[]"
            # Stock answers it like a handler that returned None.
            assert client.got[1:] == ["31[]", "32[]"]

    asyncio.run(scene())


@both
@pytest.mark.parametrize("timeout_s", [0.01, 0])
def test_a_timeout_within_a_handler_ends_what_it_waits_for(fanout: bool, timeout_s: float) -> None:
    async def scene() -> None:
        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            async def patient(sid: str) -> str:
                try:
                    async with asyncio.timeout(timeout_s):
                        await asyncio.Event().wait()
                except TimeoutError:
                    return "gave up"
                return "?"

        async with serving(fanout, setup) as client:
            client.send('421["patient"]', '422["echo"]')
            await answered(client, 2)
            assert client.got[1:] == ['31["gave up"]', "32[]"]

    asyncio.run(scene())


@both
def test_a_task_group_within_a_handler_ends_with_its_first_failure(fanout: bool) -> None:
    async def scene() -> None:
        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            async def group(sid: str) -> str:
                async def fail() -> None:
                    raise LookupError

                try:
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(fail())
                        await asyncio.Event().wait()
                except* LookupError:
                    pass
                return "failed"

        async with serving(fanout, setup) as client:
            client.send('421["group"]', '422["echo"]')
            await answered(client, 2)
            assert client.got[1:] == ['31["failed"]', "32[]"]

    asyncio.run(scene())


@both
def test_async_handlers_do_not_wait_for_each_other(fanout: bool) -> None:
    async def scene() -> None:
        release = asyncio.Event()

        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            async def slow(sid: str) -> None:
                await release.wait()

        async with serving(fanout, setup, async_handlers=True) as client:
            client.send('421["slow"]', '422["echo"]')
            await answered(client, 2)
            assert client.got[1:] == ["32[]"]
            release.set()
            await answered(client, 1)

    asyncio.run(scene())


@both
def test_all_kinds_of_handlers_are_found(fanout: bool) -> None:
    class Shop(socketio.AsyncNamespace):  # type: ignore[misc]
        async def on_buy(self, sid: str, what: str) -> str:
            return f"bought {what}"

    async def scene() -> None:
        def setup(sio: Sio) -> None:
            basics(sio)
            sio.register_namespace(Shop("/shop"))

            @sio.event
            def plain(sid: str, value: int) -> int:
                return value + 1

            @sio.on("*")
            async def anything(event: str, sid: str, *args: object) -> tuple[object, ...]:
                return ("any", event, *args)

        async with serving(fanout, setup) as client:
            client.send('421["plain",1]', '422["odd",2]', "40/shop,")
            await client.until(lambda: len(client.got) == 4)
            client.send('42/shop,3["buy","tea"]', '42/,4["echo",3]', '42/shop,5["sell"]')
            client.send('426["echo",6]')
            await answered(client, 6)
            assert client.got[1:3] == ["31[2]", '32["any","odd",2]']
            assert client.got[4:6] == ['3/shop,3["bought tea"]', "34[3]"]

    asyncio.run(scene())


@both
def test_handlers_see_what_a_middleware_set_and_what_the_connect_handler_did(fanout: bool) -> None:
    async def scene() -> None:
        added: ContextVar[str] = ContextVar("added", default="nothing")

        def setup(sio: Sio) -> None:
            basics(sio)

            @sio.event
            def connect(sid: str, environ: object) -> None:
                added.set("in connect")

            @sio.event
            async def tell(sid: str) -> tuple[str, str]:
                return who.get(), added.get()

        async with serving(fanout, setup) as client:
            client.send('421["tell"]')
            assert await answered(client, 1) == '["the middleware","in connect"]'

    asyncio.run(scene())


def test_a_server_that_is_not_on_aiohttp_is_told_what_to_do() -> None:
    with pytest.raises(ValueError, match="async_mode='aiohttp'"):
        socketio.AsyncServer(async_mode="asgi", client_manager=FanoutManager())
