"""The screen of `gridcli play`: its frames, its own player's steps, a slow terminal, its start.

    python tests/bench/screen.py [--rounds 3] [--seconds 10] [--presses 200] [--out PAGE.md]

Everything is real: the command on a pseudo-terminal of 120 × 40 that answers as terminals do, a
server, and bots who each take four steps a second. Not here: how each is measured
(`bench.screen_scenes`), a pass or a fail.
"""

import argparse
import shlex
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Cores, describe
from bench.screen_scenes import (
    COLUMNS,
    GRID,
    LINES,
    Load,
    Slow,
    Steps,
    crowd_scene,
    frames_scene,
    percentile,
    slow_scene,
    start_scene,
    steps_scene,
)
from bench.table import table

CROWD = 250
SLOW = 100_000
FRAMES: Sequence[tuple[int, str]] = ((50, GRID), (CROWD, GRID), (CROWD, "110x60"))
STEPS = (0, 50, CROWD)

NOT_SAID = f"""\
## What this does not say

All of it ran on one machine over loopback, so the server, the bots and the reader of the terminal
took their share of its cores. The terminal is a reader that parses what it needs and draws
nothing: a real one adds its own time to draw, and a network its way. *Own step* begins when a
key's bytes are written to the terminal and ends when a frame with one's symbol at another cell has
been read whole; it includes the server. The slow terminal reads {SLOW // 1000} KB a second evenly,
in slices of 10 ms; what a line over the air does is less even. {CROWD} who move on {GRID} cells,
all in view, are more than most screens will see.
"""


def note(text: str) -> None:
    """Progress, apart from the results."""
    print(text, file=sys.stderr, flush=True)


def frames_table(given: argparse.Namespace) -> str:
    """Frames, processor and bytes, in turn."""
    rows: dict[tuple[int, str], list[Load]] = {scene: [] for scene in FRAMES}
    for number in range(given.rounds):
        for count, grid in FRAMES:
            note(f"frames, round {number + 1}: {count} who move on {grid}")
            rows[count, grid].append(frames_scene(count, given.seconds, grid))
    head = ("who move", "grid", "frames/s", "of a core", "KB/s", "bytes a frame")
    body = []
    for (count, grid), loads in rows.items():
        whole = Load(*(statistics.median(values) for values in zip(*loads, strict=True)))
        body.append(
            (
                str(count),
                grid,
                f"{whole.frames:.1f}",
                f"{whole.core:.1%}",
                f"{whole.kilobytes:.0f}",
                f"{whole.frame_bytes:.0f}",
            )
        )
    return table(head, body)


def _steps(steps: Steps) -> tuple[str, str, str]:
    return f"{steps.p50:.0f}", f"{steps.p95:.0f}", f"{steps.most:.0f}"


def steps_table(given: argparse.Namespace, rng: Random) -> str:
    """From key to cell."""
    body = []
    for count in STEPS:
        note(f"own steps among {count} others")
        steps = steps_scene(count, given.presses, rng)
        body.append((str(count), str(steps.count), *_steps(steps)))
    return table(("others who move", "keys", "p50 ms", "p95 ms", "most ms"), body)


def slow_table(given: argparse.Namespace, rng: Random) -> str:
    """A slow terminal beside a fast one, in turn, and what the crowd notices."""
    terminals: dict[str, dict[str, object] | None] = {
        "no screen": None,
        "as fast as it comes": {"bytes_a_second": None},
        f"{SLOW // 1000} KB/s": {"bytes_a_second": SLOW},
        f"{SLOW // 1000} KB/s, answers nothing": {"bytes_a_second": SLOW, "answers": False},
    }
    rows: dict[str, list[Slow]] = {name: [] for name in terminals}
    presses = max(given.presses // 4, 10)
    for number in range(given.rounds):
        for name, options in terminals.items():
            note(f"slow terminals, round {number + 1}: {name}")
            if options is None:
                rows[name].append(crowd_scene(CROWD, given.seconds + presses * 0.4))
            else:
                rows[name].append(slow_scene(CROWD, given.seconds, presses, rng, **options))
    head = (
        "terminal of one player",
        "frames/s",
        "KB/s",
        "own step p50 ms",
        "p95 ms",
        f"{CROWD} others, move → seen p50 ms",
        "p99 ms",
    )
    body = []
    for name, found in rows.items():
        loads = [slow.load for slow in found if slow.load is not None]
        steps = [slow.steps for slow in found if slow.steps is not None]
        mine = ("", "", "", "")
        if loads:
            mine = (
                f"{statistics.median(load.frames for load in loads):.1f}",
                f"{statistics.median(load.kilobytes for load in loads):.0f}",
                f"{statistics.median(step.p50 for step in steps):.0f}",
                f"{statistics.median(step.p95 for step in steps):.0f}",
            )
        others = (
            f"{statistics.median(slow.others_p50_ms for slow in found):.1f}",
            f"{statistics.median(slow.others_p99_ms for slow in found):.1f}",
        )
        body.append((name, *mine, *others))
    return table(head, body)


def start_table(given: argparse.Namespace) -> str:
    """How long until one plays."""
    took_s = []
    for number in range(given.starts):
        note(f"start {number + 1} of {given.starts}")
        took_s.append(start_scene())
    figures = (percentile(took_s, 0.5), percentile(took_s, 0.95), max(took_s))
    head = ("starts", "p50 s", "p95 s", "most s")
    return table(head, [(str(len(took_s)), *(f"{value:.2f}" for value in figures))])


def main() -> None:
    """Measure everything, and write the page."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=3, help="rounds of scenes in turn (3)")
    options.add_argument("--seconds", type=float, default=10.0, help="length of each (10)")
    options.add_argument("--presses", type=int, default=200, help="keys for each percentile (200)")
    options.add_argument("--starts", type=int, default=30, help="starts of the command (30)")
    options.add_argument("--seed", type=int, default=1, help="of the pauses between keys (1)")
    options.add_argument("--out", type=Path, help="write the page here, and not to the terminal")
    given = options.parse_args()
    rng = Random(given.seed)
    facts = describe(Cores())
    command = shlex.join(["python", "tests/bench/screen.py", *sys.argv[1:]])
    page = "\n".join(
        [
            "# The screen: frames, steps, slow terminals, start\n",
            f"`{command}`, {facts['date']}, on {facts['machine']}. {facts['versions']}.\n",
            f"A terminal of {COLUMNS} × {LINES}; bots take 4 steps a second each. Frames and slow "
            f"terminals: medians of {given.rounds} rounds of {given.seconds:g} s, the scenes in "
            "turn, a quarter of the keys in each. One's own step: all keys in one run.\n",
            "## Frames\n",
            "The aim: at least 29 frames a second with 250 who move, for at most 25 % of a core "
            "and 1 MB/s.\n",
            frames_table(given),
            "\n`110x60` is larger than the window: the camera follows, and there is a map.\n",
            "## One's own step\n",
            "The aim: p95 of at most 50 ms.\n",
            steps_table(given, rng),
            "\n## A slow terminal\n",
            "The aim: fewer frames, none of them old, and nobody else notices.\n",
            slow_table(given, rng),
            "\n## Until one plays\n",
            "From the start of the process, with a server of its own, until one's own symbol is "
            "drawn. The aim: at most 2 s.\n",
            start_table(given),
            "",
            NOT_SAID,
        ]
    )
    if given.out is None:
        print(page)
    else:
        given.out.write_text(page, encoding="utf-8")
        note(f"written to {given.out}")


if __name__ == "__main__":
    main()
