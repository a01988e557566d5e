"""A screen on the terminal, or in a browser, from its start to its end, whatever ends it.

Not here: what is on the screen (`gridcli.tui.app`), what has to be there before it starts
(`gridcli.tui.session`), where it is drawn (`gridcli.tui.outlet`).
"""

import asyncio
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

from gridcli.core.errors import SetupError

from . import outlet
from .enduring import enduring_terminal

if TYPE_CHECKING:
    from textual.app import App

_LOOK_EACH_S = 0.5


def need_terminal() -> None:
    """Raise `SetupError` where there is no terminal to draw on, and no browser."""
    # Textual reads keys from standard input and draws on standard error.
    if not outlet.in_browser() and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SetupError("play needs a terminal to draw on; `gridcli bots` plays without one")


async def run_screen(app: "App[Any]") -> None:
    """Run the app until it is left; a closed terminal or page and SIGTERM leave it too."""
    loop = asyncio.get_running_loop()
    endings = (signal.SIGHUP, signal.SIGTERM)
    for number in endings:
        loop.add_signal_handler(number, app.exit)
    watch = asyncio.create_task(_leave_with_outlet(app))
    try:
        with enduring_terminal():
            await app.run_async()
    finally:
        watch.cancel()
        for number in endings:
            loop.remove_signal_handler(number)


def silence_logs() -> None:
    """Let no library write over the screen."""
    for name in ("asyncio", "aiohttp"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


async def _leave_with_outlet(app: "App[Any]") -> None:
    """Leave the app when its terminal, or its page, is gone.

    The signal that a closed terminal sends goes to the session's leader and may end there: `make`,
    for one, keeps it to itself and waits for us, while every read of the terminal fails at once.
    """
    while not outlet.gone():  # noqa: ASYNC110  a terminal has no event for it
        await asyncio.sleep(_LOOK_EACH_S)
    app.exit()
