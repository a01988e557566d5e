"""Save a picture of the real dashboard in the middle of a real run: `make picture`.

Starts a server, lets bots play on it in steps, and saves what `gridcli bots` shows meanwhile, as
Rich draws it. Not here: the board's picture (`tui/make_picture.py`), the tests (`test_dashboard`).
"""

import asyncio
import io
import sys
from pathlib import Path

import uvloop
from rich.console import Console
from rich.segment import SegmentLines
from rich.terminal_theme import TerminalTheme

from bots.course import Course
from bots.dashboard.frame import frame
from bots.dashboard.glyphs import UNICODE
from bots.dashboard.history import History
from bots.plan import Plan
from bots.scripts import BUILT_IN
from bots.swarm import Swarm
from gridcli.core.run.model import Step
from gridcli.core.run.objective import parse_objective
from gridcli.heap import steady_heap
from gridcli.link.local import LocalServer
from gridcli.link.target import Target

SIZE = (106, 32)
STEPS = (50, 100, 150, 200)
EACH_S = 16.0
TRIES = 5
AT_S = 11.0
"""How far the last step is."""

NIGHT = TerminalTheme(
    (13, 17, 23),
    (215, 221, 229),
    [(13, 17, 23)] * 8,  # what is drawn has colours of its own
)
"""The ground and the ink of the board's picture."""


async def picture() -> str:
    """The dashboard as SVG, of a run in which nothing else held the machine up."""
    for _ in range(TRIES):
        server = await LocalServer.start(args=("--event-rate", "0"))
        try:
            drawn = await _played(server.url)
        finally:
            await server.stop()
        if drawn:
            return drawn
        print("the generator was saturated: again")
    sys.exit("this machine is busy with something else")


async def _played(url: str) -> str:
    stop = asyncio.Event()
    plan = Plan(
        target=Target(url),
        script=BUILT_IN["random"],
        script_name="random",
        steps=STEPS,
        rate=4.0,
        ramp_s=None,
        step_s=EACH_S,
        seed=7,
        patience_s=5.0,
    )
    swarm = Swarm(plan, lambda _: history.sample(), stop)
    course = Course(swarm, stop)
    history = History(course, [parse_objective("p99<100ms,lost=0")])
    steady_heap()

    def ended(step: Step) -> None:
        print(f"{step.players} bots: {step.counts.seen} seen, {step.counts.lost} lost")

    async with swarm.open():
        playing = asyncio.create_task(course.play(ended))
        while not (course.number == len(STEPS) - 1 and history.figures().played_s > AT_S):
            await asyncio.sleep(0.1)  # a run that one can watch, not a condition
            if playing.done():
                break
        drawn = "" if history.figures().generator.complaint else _drawn(history)
        stop.set()
        await playing
    return drawn


def _drawn(history: History) -> str:
    console = Console(
        record=True,
        width=SIZE[0],
        height=SIZE[1],
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(SegmentLines(frame(history.figures(keys=True), *SIZE, UNICODE), new_lines=True))
    return console.export_svg(title="gridcli bots", theme=NIGHT)


def main() -> None:
    """Write to the path given, or to `docs/bots.svg` of the repository."""
    default = Path(__file__).resolve().parents[2] / "docs" / "bots.svg"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    path.write_text(uvloop.run(picture()), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
