"""A recording on the real screen, under Textual's pilot and with a clock that the test moves.

Not here: a screen over a fake link (`tui.driving`), how recordings are made up (`recordings`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from recordings import HEADER, OWN_ID, asked, heard, live, recording, state
from textual.pilot import Pilot
from tui.driving import lines
from tui.fake_link import StillClock
from waiting import until

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Welcome
from gridcli.core.recording import Entry, Header
from gridcli.link.recorded import recorded
from gridcli.tui.journal import Passed, Said, Told
from gridcli.tui.replay.app import ReplayApp
from gridcli.tui.replay.options import ReplayOptions
from gridcli.tui.replay.session import open_replay

LENGTH_S = 20.0


@dataclass
class Watched:
    """A running replay and everything around it."""

    app: ReplayApp
    pilot: Pilot[None]
    clock: StillClock

    @property
    def cell(self) -> Cell | None:
        """Where the recorded player is seen."""
        return self.app.game.mirror.cell

    @property
    def bar(self) -> str:
        """The bar, as it is drawn."""
        return "\n".join(lines(self.app.bar))

    @property
    def log(self) -> list[str]:
        """What the journal says, without who said it."""
        return [_text(entry) for entry in self.app.game.journal]

    @property
    def toasts(self) -> list[str]:
        """What was said in toasts, oldest first."""
        return [note.message for note in self.app._notifications]

    async def passes(self, seconds: float) -> None:
        """Time passes, and a frame is drawn."""
        self.clock.now_s += seconds
        await self.drawn()

    async def press(self, *keys: str) -> None:
        """Press keys, and have a frame drawn."""
        await self.pilot.press(*keys)
        await self.drawn()

    async def drawn(self) -> None:
        """Draw a frame."""
        self.app.redraw()
        await self.pilot.pause()

    def shows(self, text: str) -> bool:
        """Whether the bar says something."""
        return text in self.bar


Scenario = Callable[[Watched], Awaitable[None]]


def watch(
    scenario: Scenario,
    entries: Sequence[Entry] | bytes | None = None,
    *,
    header: Header = HEADER,
    size: tuple[int, int] = (80, 24),
    reads: bool = True,
    **options: object,
) -> None:
    """Run a scenario against a replay.

    Args:
        scenario: what happens.
        entries: the recording, or its bytes; None for a little game of `LENGTH_S`.
        header: its first line.
        size: of the screen.
        reads: whether all of it is read before; else nothing is until the test does so.
        options: more for `ReplayOptions`.
    """
    played = a_game() if entries is None else entries
    data = played if isinstance(played, bytes) else recording(played, header)

    async def main(path: Path) -> None:
        clock = StillClock()
        with recorded(path) as file:
            wished = replace(ReplayOptions(path), **options)  # type: ignore[arg-type]
            app = open_replay(file, wished, clock)
            if not reads:
                app._projector.read_on = _never  # type: ignore[method-assign]
            async with app.run_test(size=size, notifications=True) as pilot:
                watched = Watched(app, pilot, clock)
                if reads:
                    await until(lambda: app._projector.whole, "the recording to be read")
                await watched.drawn()
                await scenario(watched)

    with TemporaryDirectory() as folder:
        path = Path(folder, "game.jsonl")
        path.write_bytes(data)
        asyncio.run(main(path))


def a_game() -> list[Entry]:
    """Ada walks to the right, a cell a second, each seen after 20 ms; ben comes, and talks."""
    ada = Joiner(OWN_ID, "K", Cell(1, 1), "ada")
    entries = [
        state(0.0, "connecting"),
        heard(0.1, Welcome(OWN_ID, "K", Grid(20, 10), TICKS, "ada", "den")),
        heard(0.1, Delta(0, 1, full=True, joins=[ada])),
        live(0.1, room="den"),
    ]
    for second in range(1, 20):
        here = {OWN_ID: Cell(second + 1, 1)}
        entries.append(asked(second, Step(Direction.RIGHT, second)))
        ben = [Joiner("ben", "B", Cell(5, 5), "ben")] if second == 5 else []
        seen = Delta(second, 1 + (second >= 5), joins=ben, cells=here, seqs={OWN_ID: second})
        entries.append(heard(second + 0.02, seen))
        if second in (10, 15):
            entries.append(heard(second + 0.5, Chat("ben", "ben", f"at {second}")))
    return [*entries, state(LENGTH_S, "offline", reason="closed by us")]


def _text(entry: Said | Passed | Told) -> str:
    return entry.text


async def _never() -> None:
    """Read nothing."""
