"""Plays a program on a server of its own, and tells what every client received.

Not here: the steps (`stage`), and what is compared (`test_same_as_stock`).
"""

import asyncio
import logging

import socketio
from aiohttp import web
from backstage import Outcome
from programs import Program
from stage import Stage
from stage_application import Application


class _Errors(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(record.getMessage() + str(record.exc_info))


async def play(program: Program, manager: socketio.AsyncManager | None) -> Outcome:
    """Play a program on a server with this client manager; None is the stock one."""
    sio = socketio.AsyncServer(
        async_mode="aiohttp",
        client_manager=manager,
        async_handlers=False,
        monitor_clients=False,
        http_compression=False,
        max_http_buffer_size=10_000_000,
    )
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage = Stage(f"http://127.0.0.1:{runner.addresses[0][1]}", Application(sio), program)
    told = stage.outcome.trouble
    errors = _Errors(told)
    logging.getLogger().addHandler(errors)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context)))
    try:
        await stage.play()
    except Exception as error:
        side = "the stock manager" if manager is None else "ours"
        error.add_note(f"on {side}; trouble so far: {told}")
        raise
    finally:
        logging.getLogger().removeHandler(errors)
        await stage.close()
        await runner.cleanup()
    return stage.outcome
