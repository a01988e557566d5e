"""Run the screen under Textual's pilot, over a fake link, and read what it shows.

Not here: the fake link (`fake_link`), a real terminal (`terminal`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from gridcli.tui.app import PlayApp
from gridcli.tui.game import Game

from .fake_link import FakeLink, StillClock, started_game

DEADLINE_S = 20.0


@dataclass
class Driven:
    """A running screen and everything around it."""

    app: PlayApp
    pilot: Pilot[None]
    game: Game
    link: FakeLink
    clock: StillClock

    async def press(self, *keys: str) -> None:
        """Press keys, slowly enough for each to count as a step."""
        for key in keys:
            self.clock.now_s += 1
            await self.pilot.press(key)

    async def until(self, seen: Callable[[], bool], what: str) -> None:
        """Let the app run until a condition holds."""
        end_s = time.monotonic() + DEADLINE_S
        while not seen():
            if time.monotonic() > end_s:
                raise AssertionError(f"waited in vain for {what}\n{screen(self.app)}")
            await asyncio.sleep(0.01)

    async def drawn(self) -> None:
        """Let the timer draw what has changed, and the widgets repaint."""
        self.app.redraw()
        await self.pilot.pause()


Scenario = Callable[[Driven], Awaitable[None]]


def drive(
    scenario: Scenario,
    *,
    size: tuple[int, int] = (80, 24),
    app_options: dict[str, Any] | None = None,
    **game_options: Any,
) -> None:
    """Run a scenario against a screen of a size."""

    async def main() -> None:
        game, link, clock = started_game(**game_options)
        app = PlayApp(game, **(app_options or {}))
        async with app.run_test(size=size, notifications=True) as pilot:
            driven = Driven(app, pilot, game, link, clock)
            await driven.drawn()
            await scenario(driven)

    asyncio.run(main())


def lines(widget: Widget) -> list[str]:
    """What a widget draws, with its frame."""
    width, height = widget.outer_size
    return [strip.text for strip in widget.render_lines(Region(0, 0, width, height))]


def prose(widget: Widget) -> str:
    """What a widget draws as one line, without its frame and its line breaks."""
    return " ".join(" ".join(line.strip("│|") for line in lines(widget)).split())


def screen(app: App[None]) -> str:
    """What every visible widget of the topmost screen draws."""
    return "\n".join(
        line
        for widget in app.screen.walk_children(Widget)
        if widget.display and widget.region and not widget.children
        for line in lines(widget)
    )
