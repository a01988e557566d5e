"""The capacity: its trials as dots, held or failed, and the number with its interval.

Not here: how the number is found (`gridcli.core.run.search`), lines (`gridcli.report.draw`).
"""

from collections.abc import Iterator, Sequence

from gridcli.core.run.model import Knee, Try

from .draw import BOTTOM, RIGHT, TOP, WIDE_WIDTHS, legend_item, mark
from .scale import Scale, size_scale, thin
from .svg import Markup, tag
from .words import NOTHING, count, number, tick

_HEIGHT = 320
_STRIP = 26
"""Height of the strip for trials that have no ratio."""
_WORDS = {True: "held", False: "failed", None: "INVALID: says nothing of the server"}


def knee_figure(knee: Knee) -> Markup:
    """The picture of a search."""
    about = (
        "Each trial by its size and by the latency that came closest to its limit, observed / "
        "limit: below 1 it kept the limit. On top: trials without such a figure."
    )
    key = [
        legend_item("held", [_sign(True, 13, 7)]),
        legend_item("failed", [_sign(False, 13, 7)]),
        legend_item("INVALID", [_sign(None, 13, 7)]),
        legend_item("the number", [tag("path", class_="line c0", d="M13 1V13")]),
        legend_item(
            "95 % interval", [tag("rect", class_="interval", x=1, y=1, width=24, height=12)]
        ),
    ]
    return tag(
        "figure",
        [
            tag("figcaption", [tag("h3", "Trials"), tag("p", about)]),
            tag("ul", key, class_="key"),
            *(
                tag("div", _drawing(knee, width), class_=f"plot {name}")
                for name, width in WIDE_WIDTHS.items()
            ),
        ],
        id="capacity-trials",
        class_="wide",
    )


def in_words(knee: Knee) -> str:
    """The number and its interval, in one sentence."""
    players = count(knee.players)
    why = {
        "generator": f"at least {players} players; beyond, the generator was the limit",
        "most": f"at least {players} players: the most that were to be tried",
        "least": "it does not hold even with the fewest players that were tried",
    }.get(knee.limited_by)
    high = "any number" if knee.high is None else count(knee.high)
    return why or f"{players} players, 95 % interval {count(knee.low)} to {high}"


def _sign(held: bool | None, x: float, y: float) -> Markup:
    if held is None:
        d = f"M{x} {y - 5}L{x + 5} {y}L{x} {y + 5}L{x - 5} {y}Z"
        return tag("path", class_="hollow mute", d=d)
    if held:
        return tag("circle", class_="dot c0", cx=x, cy=y, r=4.5)
    return mark(x, y, "cross c1")


def _drawing(knee: Knee, width: int) -> Markup:
    trials = [trial for trial in knee.trials if trial.players > 0]
    margins = [t.margin for t in trials if t.margin is not None and t.margin > 0]
    floor, top = _HEIGHT - BOTTOM, TOP + _STRIP
    y = _margin_scale(margins, floor, top)
    left = 46.0
    bounds = [knee.players, knee.low] + ([knee.high] if knee.high is not None else [])
    x = size_scale([t.players for t in trials] + [b for b in bounds if b > 0], left, width - RIGHT)
    shapes = [
        tag("title", f"Capacity: {in_words(knee)}"),
        tag("desc", f"{len(trials)} trials. " + " ".join(map(_said, trials))),
        *_interval(knee, x, floor),
        *_axes(y, x, trials, left, width, floor),
    ]
    # What says most lies on top: at the knee signs cover each other.
    for trial in sorted(trials, key=lambda t: (t.held is not None, t.held is False)):
        usable = trial.margin is not None and trial.margin > 0
        at_y = y(trial.margin) if usable and trial.margin is not None else TOP + _STRIP / 2
        shapes.append(
            tag("g", [tag("title", _said(trial)), _sign(trial.held, x(trial.players), at_y)])
        )
    return tag("svg", shapes, view_box=f"0 0 {width} {_HEIGHT}", role="img")


def _margin_scale(margins: Sequence[float], start: float, end: float) -> Scale:
    known = [*margins, 1.0]
    return Scale(max(min(known) / 1.3, 1e-3), min(max(known) * 1.3, 1e3), start, end, log=True)


def _interval(knee: Knee, x: Scale, floor: float) -> Iterator[Markup]:
    start, end = x(knee.low), x.end if knee.high is None else x(knee.high)
    yield tag(
        "rect", class_="interval", x=start, y=TOP, width=max(2.0, end - start), height=floor - TOP
    )
    if knee.players > 0:
        at = x(knee.players)
        yield tag("line", class_="line c0", x1=at, x2=at, y1=TOP, y2=floor)
        half = len(count(knee.players)) * 4.0
        middle = min(max(at, x.start + half), x.end - half)
        yield tag(
            "text", count(knee.players), x=middle, y=TOP - 5, text_anchor="middle", class_="strong"
        )


def _axes(
    y: Scale, x: Scale, trials: Sequence[Try], left: float, width: int, floor: float
) -> Iterator[Markup]:
    for value in {*y.ticks(40), 1.0}:
        look = "limit" if value == 1 else "grid"
        if value != 1 and abs(y(value) - y(1)) < 16:
            continue
        yield tag("line", class_=look, x1=left, x2=width - RIGHT, y1=y(value), y2=y(value))
        yield tag("text", tick(value), x=left - 7, y=y(value) + 4, text_anchor="end")
    strip = TOP + _STRIP
    yield tag("line", class_="base", x1=left, x2=width - RIGHT, y1=strip, y2=strip)
    yield tag("text", NOTHING, x=left - 7, y=TOP + _STRIP / 2 + 4, text_anchor="end")
    yield tag("text", "observed / limit (log)", x=0, y=12, class_="axis")
    yield tag("line", class_="base", x1=left, x2=width - RIGHT, y1=floor, y2=floor)
    for size in thin([t.players for t in trials], x, 44):
        at = min(x(size), width - RIGHT - 6)
        yield tag("text", tick(size), x=at, y=floor + 18, text_anchor="middle")
        yield tag("line", class_="base", x1=x(size), x2=x(size), y1=floor, y2=floor + 4)
    label = "players (log)" if x.log else "players"
    middle = (left + width - RIGHT) / 2
    yield tag("text", label, x=middle, y=floor + 38, text_anchor="middle", class_="axis")


def _said(trial: Try) -> str:
    ratio = "" if trial.margin is None else f", {number(trial.margin)} of the limit"
    return f"{count(trial.players)} players {_WORDS[trial.held]}{ratio}."
