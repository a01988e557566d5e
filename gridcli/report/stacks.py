"""Several servers compared: a table, a plot for the terminal, and a page in Markdown with its SVG.

Pure functions of a run whose `stacks` hold the runs. Not here: running them (`bots.stacks`).
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from gridcli.core.run.model import Run, Stack, Step

from .figures import over_players, percentile_of
from .labelled import Curve, Labelled, labelled_svg
from .scale import size_scale, value_scale
from .terminal import Line, Look, curve
from .words import NOTHING, count, memory, number, plain_text

P50, P99 = percentile_of("every", 50), percentile_of("every", 99)
_MOST_SIZES = 6
_AIM_MS, _TOP_MS = 100.0, 1000.0
_HIGHEST_MS = 10_000.0
"""Where the terminal's plot ends; what was lost is drawn there."""
_LOST = 0.01
"""From this share of lost deliveries on, p99 is among the lost ones."""

AT_N = (
    "at N: p50 / p99 of move → seen in ms with N players, from the time at which a move was due; "
    "the median where a size was tried more than once"
)
"""What the columns of `table_of` are."""

_NOT_SAID = """\
- Everybody is in one room and moves all the time: the worst case for fan-out. An application whose
  rooms are small, or whose people mostly read, has other figures, and other ratios.
- Every server has its library's defaults, one process and one core; players, network and servers
  are one machine. Over a real network the latencies are the network's first.
- `≥` means that the bots gave up before the server did: a bound, not a capacity.
- A server's HTTP pages, its memory and its start are not measured; nor is how it fails.
- Trials are short: what takes minutes to build up, such as memory, does not show."""


def stacks_text(run: Run, look: Look) -> str:
    """The table, and p99 against players, for a terminal."""
    sizes = _sizes(run.stacks, most=3 if look.width < 100 else _MOST_SIZES)
    header = ("server", "players held", "95 % interval", *(f"p99 at {size}" for size in sizes))
    rows = [header, *(_cells(stack, sizes, _p99_cell) for stack in run.stacks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    text = [
        f"{row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{w}}" for cell, w in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    text += [f"not run: {line}" for line in not_run(run)]
    drawn = _plot(run.stacks, look)
    whole = "\n".join([*text, "", *drawn] if drawn else text)
    return _ascii(whole) if look.ascii_only else whole


def stacks_markdown(run: Run, svg_name: str, command: str) -> str:
    """The page.

    Args:
        run: what was measured.
        svg_name: the plot's file, beside the page.
        command: what made it.
    """
    options = run.options
    said = [
        f"`{command}`, {run.started[:10]}; {_machine(run)}.",
        f"Each player moves {_number(options.get('rate')) or 0:g} times a second, all in one room "
        f"of {options.get('grid', NOTHING)} cells, over WebSocket; protocol 1 unless it says "
        "otherwise. A server is fresh, and searched for the most players at which "
        f"`{options.get('slo', NOTHING)}` holds.",
        f"{', '.join(f'{name} {v}' for name, v in run.versions.items())}.",
    ]
    header, rows = table_of(run)
    missing = [f"- {line}" for line in not_run(run)]
    parts = [
        "# Which stack, and how many players does it hold?",
        "\n".join(said),
        f"![Latency against players, of each server]({svg_name})",
        "\n".join(_table([header, *rows])),
        AT_N.replace("at N", "*at N*", 1) + ".",
        *(["Not run:\n\n" + "\n".join(missing)] if missing else []),
        f"## What this does not say\n\n{_NOT_SAID}",
    ]
    return "\n\n".join(parts) + "\n"


def stacks_svg(run: Run) -> str:
    """The plot of the page."""
    lines = [
        Labelled(stack.label, curve_of(stack.run, P50), curve_of(stack.run, P99))
        for stack in run.stacks
        if stack.run is not None
    ]
    title = "Latency from a move to its being seen, against the number of players"
    return labelled_svg(title, lines, aim_ms=_AIM_MS, top_ms=_TOP_MS)


def held(stack: Stack) -> tuple[str, str]:
    """The players held, and the interval, in words."""
    found = stack.run.capacity if stack.run is not None else None
    if found is None:
        return NOTHING, NOTHING
    if found.limited_by == "least":
        return "none", NOTHING
    high = "" if found.high is None else count(found.high)
    if found.limited_by:
        return f"≥ {count(found.players)}", NOTHING
    return count(found.players), f"{count(found.low)} to {high or 'any'}"


def table_of(run: Run) -> tuple[list[str], list[tuple[str, ...]]]:
    """The table, with p50 and p99 at the sizes that most servers were tried with.

    Returns:
        The columns' names, and a row for each server that was measured.
    """
    sizes = _sizes(run.stacks)
    header = ["server", "players held", "95 % interval", *(f"at {size}" for size in sizes)]
    measured = [stack for stack in run.stacks if stack.run is not None]
    return header, [_cells(stack, sizes, _both_cell) for stack in measured]


def not_run(run: Run) -> list[str]:
    """The servers that were not measured, and why, a line each."""
    return [f"{s.label}: {plain_text(s.missing)}" for s in run.stacks if s.run is None]


def _cells(
    stack: Stack, sizes: Sequence[int], cell: Callable[[Sequence[Step]], str]
) -> tuple[str, ...]:
    steps = stack.run.steps if stack.run is not None else []
    return (
        stack.label,
        *held(stack),
        *(cell([s for s in steps if s.players == size and not s.invalid]) for size in sizes),
    )


def _p99_cell(steps: Sequence[Step]) -> str:
    return _lost(steps) or (number(over_players(steps, P99)[0][1]) if steps else NOTHING)


def _both_cell(steps: Sequence[Step]) -> str:
    if not steps:
        return NOTHING
    p50 = number(over_players(steps, P50)[0][1])
    return f"{p50} / {_p99_cell(steps)}"


def _lost(steps: Sequence[Step]) -> str:
    return "lost" if steps and all(_share_lost(step) >= _LOST for step in steps) else ""


def _share_lost(step: Step) -> float:
    return step.counts.lost / step.counts.owed if step.counts.owed else 0.0


def curve_of(run: Run, figure: Callable[[Step], float | None]) -> Curve:
    """The steps that can be trusted; infinite where so much was lost that there is no figure."""

    def of(step: Step) -> float | None:
        return math.inf if figure is P99 and _share_lost(step) >= _LOST else figure(step)

    return [(at, ms) for at, ms in over_players(run.steps, of) if ms is not None]


def _plot(stacks: Sequence[Stack], look: Look) -> list[str]:
    lines = [
        Line(stack.label, [(x, min(y, _HIGHEST_MS)) for x, y in curve_of(stack.run, P99)])
        for stack in stacks
        if stack.run is not None
    ]
    lines = [line for line in lines if line.points]
    places = [(at, value) for line in lines for at, value in line.points]
    if len({at for at, _ in places}) < 2:
        return []
    x = size_scale([at for at, _ in places], 0, 1)
    y = value_scale([value for _, value in places], 1, 0)
    title = f"p99 of move → seen, ms{' (log)' if y.log else ''}"
    title = _ascii(title) if look.ascii_only else title
    return curve(lines, x, y, look, title=title, x_label="players")


def _sizes(stacks: Sequence[Stack], most: int = _MOST_SIZES) -> list[int]:
    """The sizes that half of the servers were tried with, or more, in order; any, if there is none.

    Those are the sizes of the climb; near its limit each server has sizes of its own.
    """
    tried = Counter(
        size
        for stack in stacks
        if stack.run is not None
        for size in {step.players for step in stack.run.steps if not step.invalid}
    )
    half = sum(stack.run is not None for stack in stacks) / 2
    several = [size for size, times in tried.items() if times >= half] or list(tried)
    return sorted(sorted(several, key=lambda size: (-tried[size], size))[:most])


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    header, *body = ["| " + " | ".join(row) + " |" for row in cells]
    return [header, "|" + "---|" * len(rows[0]), *body]


def _machine(run: Run) -> str:
    about = run.machine
    size = about.get("memory_bytes")
    parts = [f"{about.get('system', '')} {about.get('architecture', '')}".strip()]
    parts += [f"{about.get('cpus', NOTHING)} cores"]
    if isinstance(size, int | float):
        parts.append(memory(size))
    parts.append(f"Python {about.get('python', NOTHING)}")
    if run.options.get("pinned"):
        parts.append("the server on one core, the bots on the others")
    return ", ".join(plain_text(part) for part in parts)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _ascii(text: str) -> str:
    for sign, plain in (("→", "->"), (NOTHING, "-"), ("≥", ">=")):
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()
