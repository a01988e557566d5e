"""The page of results: rows, capacities, ratios, and what they do not say, as Markdown.

Not here: the plot (`bench.plot`), how a row comes about (`bench.rows`).
"""

import math
from collections.abc import Iterable, Sequence

from .rows import Row, deliveries_held, find, players_held
from .sides import GRIDCLI, NODE_JS, SIDES, STOCK, Side

LIMITS = """\
## What this does not say

How it is over a real network (all of it is loopback, and the generator shares the machine with the
server), with several processes behind a balancer, in more than one room, at another pace than the
one above, or what other stacks do. Absolute figures are those of one machine at one time; ratios
between rows of the same number of players travel better. A capacity is the largest number of
players that was tried and held, so the true one lies between it and the next one tried.
"""

ABOUT = """\
Latency runs from the time at which a move was meant to be sent to the moment at which a receiver
has read the frame that shows it (16 receivers are sampled); *seen* is over all receivers. In
protocol 2 a delivery is a move that a tick showed to a receiver. *lost* instead of a time: so many
moves were not seen within 3 s after the last one that there is no such percentile.
"""


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join([_line(head), "|" + "---|" * len(head), *(_line(cells) for cells in body)])


def number(value: float | None, digits: int = 1) -> str:
    """A figure, or a dash where there is none; big ones without decimals."""
    if value is None:
        return "–"
    if math.isinf(value):
        return "lost"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{digits}f}"


def speed(value: float | None) -> str:
    """Deliveries a second."""
    if value is None:
        return "–"
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value / 1e3:.1f} k" if value >= 1e3 else f"{value:.0f}"


def share(value: float) -> str:
    """Never rounded up: 100 % means every one."""
    return "100 %" if value == 1 else f"{math.floor(value * 1e4) / 1e2:.2f} %"


def ratio(one: float | None, other: float | None) -> str:
    """How many times the other."""
    if not one or not other or math.isinf(one) or math.isinf(other):
        return "–"
    return f"{one / other:.2f} ×"


def _rows(rows: Sequence[Row]) -> str:
    body = []
    for row in sorted(rows, key=lambda r: (r.players, SIDES.index(r.side))):
        cpu = row.server_cpu
        body.append(
            (
                row.side.label,
                str(row.players),
                number(row.ms("p50")),
                number(row.ms("p99")),
                share(row.seen_share),
                speed(row.figure("deliveries_per_s")),
                number(row.figure("bytes_per_s") / 1e6),
                number(cpu, 2),
                number(row.cost_us, 2),
                number(row.figure("generator_cpu"), 2),
                "; ".join(row.notes),
            )
        )
    head = ("server", "players", "p50 ms", "p99 ms", "seen", "deliveries/s", "MB/s")
    return table((*head, "server cores", "µs a delivery", "generator cores", ""), body)


def _capacities(rows: Sequence[Row], memory: dict[Side, float]) -> str:
    sides = [side for side in SIDES if any(row.side is side for row in rows)]
    body = [
        (
            side.label,
            str(players_held(rows, side) or "–"),
            speed(deliveries_held(rows, side)),
            number(memory.get(side)),
        )
        for side in sides
    ]
    head = (
        "server",
        "players at p99 < 100 ms, all seen",
        "deliveries/s at p99 < 50 ms, all seen",
        "KiB a connection",
    )
    return table(head, body)


def _ratios(rows: Sequence[Row]) -> str:
    body: list[tuple[str, str, str]] = []
    for what, value in (
        ("players held at p99 < 100 ms", players_held),
        ("deliveries/s at p99 < 50 ms", deliveries_held),
    ):
        ours, node, stock = (value(rows, side) for side in (GRIDCLI, NODE_JS, STOCK))
        body.append((what, ratio(ours, node), ratio(ours, stock)))
    for players in (20, 50, 100):
        found = [find(rows, side, players) for side in (GRIDCLI, NODE_JS, STOCK)]
        for percentile in ("p50", "p99"):
            ours, node, stock = (row.ms(percentile) if row else None for row in found)
            body.append((f"{percentile} at {players}", ratio(ours, node), ratio(ours, stock)))
        ours, node, stock = (row.server_cpu if row else None for row in found)
        body.append((f"server CPU at {players}", ratio(ours, node), ratio(ours, stock)))
    head = ("gridcli (protocol 1) against", "Node Socket.IO 4", "the stock manager")
    return table(head, [cells for cells in body if cells[1:] != ("–", "–")])


def page(
    rows: Sequence[Row],
    memory: dict[Side, float],
    facts: dict[str, str],
    problems: Sequence[str],
) -> str:
    """The whole page."""
    lines = [
        "# Fan-out: move → seen against players",
        "",
        f"`{facts['command']}`, {facts['date']}; {facts['machine']}; {facts['pinned']}.",
        f"{facts['versions']}. {facts['work']}",
        "",
        "![Latency against players](fanout.svg)",
        "",
        "## What each holds",
        "",
        _capacities(rows, memory),
        "",
    ]
    if any(row.side is GRIDCLI for row in rows):
        lines += [_ratios(rows), ""]
    lines += [
        "## Every row",
        "",
        ABOUT,
        _rows(rows),
        "",
    ]
    if any(row.saturated for row in rows):
        lines += ["*generator too slow*: the row is the generator's own latency, too.", ""]
    lines += [f"- {problem}" for problem in problems] + [""] * bool(problems)
    return "\n".join(lines) + "\n" + LIMITS


def progress(row: Row) -> str:
    """One line for who waits."""
    return (
        f"{row.side.label}, {row.players} players: p50 {number(row.ms('p50'))} ms, "
        f"p99 {number(row.ms('p99'))} ms, seen {share(row.seen_share)}, "
        f"{speed(row.figure('deliveries_per_s'))} deliveries/s, "
        f"server {number(row.server_cpu, 2)}, generator {row.figure('generator_cpu'):.2f} cores"
        + "".join(f", {note}" for note in row.notes)
    )
