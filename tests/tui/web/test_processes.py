"""`gridcli play --web` as processes: that all end, and what outlives what.

Not here: what a page can make of it (`test_requests`), a real browser (`test_browser`).
"""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest
from tui.terminal import children, descendants, runs
from waiting import until

from .bare_page import bare_page
from .pages import OWN_GAME, Pages, pages, watcher

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
    pytest.mark.xdist_group("web"),
]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_its_end_ends_every_process_that_it_started(number: signal.Signals) -> None:
    async def main() -> None:
        with pages(*OWN_GAME) as served:
            async with bare_page(served.url) as page:
                await page.playing()
                await page.say("stdin", "b")
                await page.until(lambda text: "6 online" in text, "bots for company")
                started = descendants(served.process.pid)
                assert len(started) == 3, "the game's server, the page's game, and its bots"
                served.process.process.send_signal(number)
                code, reason = await page.closed()
                if number != signal.SIGKILL:
                    assert code == aiohttp.WSCloseCode.GOING_AWAY
                    assert "ended where it was started" in reason
                await until(lambda: not any(map(runs, started)), "the end of what it started")
                status = served.process.process.wait(10)
                assert status == (-number if number == signal.SIGKILL else 0)
            assert "Traceback" not in served.process.transcript()

    asyncio.run(main())


@pytest.mark.parametrize("how", ["closed", "cut off"])
def test_a_page_that_goes_ends_its_process_and_leaves_the_grid(served: Pages, how: str) -> None:
    async def main() -> None:
        watch = watcher(served.game)
        await watch.open()
        try:
            async with bare_page(served.url) as page:
                await page.playing()
                await until(lambda: len(watch.mirror.who) == 1, "the player")
                (game,) = served.games()
                if how == "cut off":
                    page.cut_off()
            await until(lambda: not watch.mirror.who, "its leaving")
            await until(lambda: not runs(game), "the end of its process")
        finally:
            await watch.close()

    asyncio.run(main())


def test_a_game_that_is_killed_closes_its_page_and_frees_its_place(served: Pages) -> None:
    async def main() -> None:
        for _ in range(2):
            async with bare_page(served.url) as page:
                await page.playing()
                (game,) = served.games()
                os.kill(game, signal.SIGKILL)
                code, reason = await page.closed()
                assert code == aiohttp.WSCloseCode.INTERNAL_ERROR
                assert "ended by itself" in reason

    asyncio.run(main())


def test_the_pages_own_server_is_started_again() -> None:
    async def main() -> None:
        with pages(*OWN_GAME) as served:
            async with bare_page(served.url) as page:
                await page.playing()
                (server,) = set(children(served.process.pid)) - set(served.games())
                os.kill(server, signal.SIGKILL)
                await page.until(lambda text: "live" not in text, "the loss")
                await page.playing()
            assert any("it is started again" in line for line in served.process.output)

    asyncio.run(main())
