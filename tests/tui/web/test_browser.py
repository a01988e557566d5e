"""`gridcli play --web` in a real browser: what people see, and what they can do.

Not here: processes and their ends (`test_processes`), who may connect (`test_guard`).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tui.terminal import runs
from waiting import until

from gridcli.core.protocol.updates import Chat, Update
from gridcli.link.link import Link
from gridcli.link.target import Target

from .chromium import Chromium, Tab
from .pages import OWN_GAME, Pages, pages

pytestmark = pytest.mark.xdist_group("browser")

LEFT, RIGHT = ("ArrowLeft", 37), ("ArrowRight", 39)
OWN_COLOUR = "#ffd75f"  # the accent, in which one's own player is drawn
SESSIONS = 2


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.end()


@pytest.fixture(scope="module")
def served() -> Iterator[Pages]:
    with pages(*OWN_GAME, "--web-sessions", str(SESSIONS)) as served:
        yield served


class Onlooker:
    """Somebody else on the grid, in a terminal."""

    def __init__(self, url: str) -> None:
        self.said: list[str] = []
        self.link = Link(Target(url, spectate=True), on_update=self._updated)

    def _updated(self, update: Update, received_s: float) -> None:
        if isinstance(update, Chat):
            self.said.append(update.text)

    def where(self) -> dict[str, tuple[int, int]]:
        """The players' cells."""
        return {who: (cell.x, cell.y) for who, cell in self.link.mirror.cells.items()}


@asynccontextmanager
async def onlooker(url: str) -> AsyncIterator[Onlooker]:
    someone = Onlooker(url)
    await someone.link.open()
    try:
        await until(lambda: not someone.where(), "the end of those before")
        yield someone
    finally:
        await someone.link.close()


async def playing(tab: Tab) -> str:
    return await tab.until(lambda text: "live" in text and "online" in text, "the board")


async def told_at_the_end(tab: Tab) -> str:
    await tab.until_true("document.body?.classList.contains('-closed')")
    return str(await tab.evaluate("why.innerText"))


def test_the_page_plays_with_keys_and_mouse_and_asks_nobody_else(
    chromium: Chromium, served: Pages
) -> None:
    async def main() -> None:
        async with onlooker(served.game) as other, chromium.tab(served.url) as tab:
            await playing(tab)
            parts = ("─ lobby  ● live", "players 1", "t chat")
            text = await tab.until(lambda text: all(p in text for p in parts), "a wide screen")
            assert await tab.evaluate("document.title") == "gridcli"
            await tab.until_true("getComputedStyle(terminal).opacity === '1'")
            colours = await tab.colours()
            assert colours.get(OWN_COLOUR, 0) > 100, "the own player is drawn"
            assert "#000000" not in colours, "no strip is left over at the edges"

            ((me, (x, y)),) = other.where().items()
            key, towards = (RIGHT, 1) if x < 10 else (LEFT, -1)
            await tab.press(*key)
            await until(lambda: other.where() == {me: (x + towards, y)}, "the step")

            lines = text.splitlines()
            line = next(i for i, row in enumerate(lines) if "move, t chat" in row)
            await tab.click(lines[line].index("move, t chat"), line)
            await tab.type("hello there\r")
            await until(lambda: other.said == ["hello there"], "the chat")

            await tab.resize(620, 420)
            await tab.until(lambda text: "players 1" not in text, "a smaller screen")
            assert len((await tab.text()).splitlines()) == 420 // 21

            await tab.type("q")
            assert await told_at_the_end(tab) == "You have left the grid."
            await until(lambda: not other.where(), "the player's leaving")
            await tab.type("\r")  # the button has the focus
            await playing(tab)

            assert tab.failures == []
            outside = [
                url
                for url in tab.requested
                if not url.startswith((served.url, served.url.replace("http", "ws"), "data:"))
            ]
            assert outside == []

    asyncio.run(main())


def test_each_tab_is_a_player_and_its_closing_leaves(chromium: Chromium, served: Pages) -> None:
    async def main() -> None:
        async with onlooker(served.game) as other, chromium.tab(served.url) as first:
            await playing(first)
            async with chromium.tab(served.url) as second:
                await second.until(lambda text: "2 online" in text, "both players")
                await first.until(lambda text: "2 online" in text, "the second player")
                assert len(other.where()) == SESSIONS == len(served.games())

                async with chromium.tab(served.url) as third:
                    assert "All places are taken (2)" in await told_at_the_end(third)
                assert len(served.games()) == SESSIONS
                games = served.games()
            await until(lambda: len(other.where()) == 1, "the second player's leaving")
            await until(lambda: sum(map(runs, games)) == 1, "the end of its process")
            async with chromium.tab(served.url) as again:
                await playing(again)

    asyncio.run(main())
