"""Save a picture of two browsers on one grid, as they are: `make picture`.

Not here: the picture of the screen itself (`tui.make_picture`), which this one is taken like.
"""

import asyncio
import base64
import sys
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from tui.make_picture import OTHERS
from tui.web.chromium import Chromium, Tab
from tui.web.pages import OWN_GAME, pages

from gridcli.core.geometry import Direction
from gridcli.link.link import Link
from gridcli.link.target import Target

SIZE = (1080, 660)
LARGE, SMALL = (800, 530), (440, 330)
ROUNDS = 14
STEP_S = 0.06
ARROWS = (("ArrowLeft", 37), ("ArrowRight", 39), ("ArrowUp", 38), ("ArrowDown", 40))

_WINDOW = """<figure style="left:%dpx;top:%dpx"><div><i></i><i></i><i></i><b>%s</b></div>
<img src="data:image/png;base64,%s"></figure>"""
_DESK = """<style>
body { margin: 0; background: #e9edf2; }
figure { position: absolute; margin: 0; border-radius: 8px; overflow: hidden;
         box-shadow: 0 6px 24px #0007; }
div { height: 30px; padding-left: 10px; background: #2a3444; display: flex; align-items: center; }
i { width: 11px; height: 11px; margin-right: 7px; border-radius: 50%%; background: #7a8ba3; }
b { flex: 1; margin: 0 10px 0 6px; padding: 2px 10px; border-radius: 9px; background: #121924;
    color: #d7dde5; font: 12px sans-serif; }
img { display: block; }
</style>%s"""


async def picture(chromium: Chromium) -> bytes:
    """Two windows on a desk, as PNG."""
    rng = Random(5)
    async with AsyncExitStack() as stack:
        served = stack.enter_context(pages(*OWN_GAME))
        large = await stack.enter_async_context(chromium.tab(served.url, *LARGE))
        small = await stack.enter_async_context(chromium.tab(served.url, *SMALL))
        links = [Link(Target(served.game, name=name)) for name in OTHERS]
        for link in links:
            stack.push_async_callback(link.close)
            await link.open()
        online = f"{len(links) + 2} online"
        for tab in (large, small):
            await tab.until(lambda text: online in text, "everybody")
            await tab.until(lambda text: text.count("You are") < 2, "the end of the toast")
        for _ in range(ROUNDS):
            moves: list[Awaitable[object]] = [
                tab.press(*rng.choice(ARROWS)) for tab in (large, small)
            ]
            await asyncio.gather(*moves)
            for link in links:
                if rng.random() < 0.7:
                    link.step(rng.choice(list(Direction)))
            await asyncio.sleep(STEP_S)  # a pace that one can watch, not a condition
        for tab in (large, small):
            await tab.until(lambda text: "seen" in text, "its own steps")
        windows = await window(large, 16, 16) + await window(
            small, SIZE[0] - SMALL[0] - 16, SIZE[1] - SMALL[1] - 30 - 16
        )
        desk = await stack.enter_async_context(chromium.tab("about:blank", *SIZE))
        await desk.evaluate(f"document.write({_DESK % windows!r})")
        await desk.until_true("[...document.images].every((image) => image.complete)")
        return await desk.picture()


async def window(tab: Tab, left: int, top: int) -> str:
    """A page with a frame around it, as HTML."""
    encoded = base64.b64encode(await tab.picture()).decode()
    return _WINDOW % (left, top, "http://127.0.0.1:8766", encoded)


def main() -> None:
    """Write to the path given, or to `docs/web.png` of the repository."""
    default = Path(__file__).resolve().parents[3] / "docs" / "web.png"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    with tempfile.TemporaryDirectory() as profile:
        chromium = Chromium(Path(profile))
        try:
            path.write_bytes(asyncio.run(picture(chromium)))
        finally:
            chromium.end()
    print(path)


if __name__ == "__main__":
    main()
