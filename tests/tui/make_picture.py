"""Save a picture of the real screen in the middle of a real game: `make picture`.

Starts a server, lets a dozen players join over real links, walk and talk, and saves what one of
them sees. Not here: the pictures that tests compare (`test_snapshots`).
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from gridcli.core.geometry import Direction, toward
from gridcli.link.link import Link
from gridcli.link.local import LocalServer
from gridcli.link.target import Target
from gridcli.tui.app import PlayApp
from gridcli.tui.game import Game

SIZE = (100, 30)
VIEWER = "ada"
OTHERS = ("bob", "cyd", "dee", "eve", "fay", "gus", "hal", "ivy", "jo", "kim", "lou")
SAYINGS = (("bob", "who is the yellow one?"), (VIEWER, "me, and I am faster than you"))
STEP_S = 0.06
DEADLINE_S = 20.0


async def until(seen: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if seen():
                return
            await asyncio.sleep(0.02)


async def picture() -> str:
    """The screen as SVG."""
    rng = Random(5)
    async with AsyncExitStack() as stack:
        server = await LocalServer.start()
        stack.push_async_callback(server.stop)

        game = Game()
        viewer = Link(
            Target(server.url, name=VIEWER), on_update=game.updated, on_state=game.state_changed
        )
        game.join(viewer)
        links = {VIEWER: viewer} | {name: Link(Target(server.url, name=name)) for name in OTHERS}
        for link in links.values():
            stack.push_async_callback(link.close)
            await link.open()
        await until(lambda: len(viewer.mirror.who) == len(links))

        app = PlayApp(game)
        async with app.run_test(size=SIZE) as pilot:
            for name, text in SAYINGS:
                await links[name].say(text)
            for _ in range(8):
                for link in links.values():
                    if link is not viewer and rng.random() < 0.7:
                        link.step(rng.choice(list(Direction)))
                game.step(towards_the_middle(viewer))
                await asyncio.sleep(STEP_S)  # a pace that one can watch, not a condition
            await until(
                lambda: (figures := game.pulse.figures(game.clock())) and len(figures.latest) == 8
            )
            app.redraw()
            await pilot.pause()
            return app.export_screenshot(title="gridcli play")


def towards_the_middle(link: Link) -> Direction:
    """A step that keeps the viewer away from the edge of the picture."""
    mirror = link.mirror
    assert mirror.cell is not None
    middle = mirror.cell._replace(x=mirror.grid.width // 2, y=mirror.grid.height // 2)
    return toward(mirror.cell, middle) or Direction.LEFT


def main() -> None:
    """Write to the path given, or to `docs/board.svg` of the repository."""
    default = Path(__file__).resolve().parents[2] / "docs" / "board.svg"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    path.write_text(asyncio.run(picture()), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
