"""The ledger as bars: which part of the deliveries owed was seen, ambiguous, lost.

Not here: the same in numbers (`gridcli.report.tables`), lines (`gridcli.report.draw`).
"""

from collections.abc import Sequence

from gridcli.core.run.model import Run, Step

from .draw import WIDTHS, legend_item
from .svg import Markup, tag
from .words import count, percent

_TITLE = "What became of the deliveries"
_MOST = 30
_ROW, _BAR = 40, 14
_LEAST = 4.0
"""Pixels that a part has at least: two lost of a million are to be seen."""
_PARTS = (("seen", "c0"), ("ambiguous", "c2"), ("lost", "c1"))


def ledger_figure(run: Run) -> Markup:
    """A bar for each step, or for those with the largest part not seen."""
    steps = [(number, step) for number, step in enumerate(run.steps) if step.counts.owed]
    about = "Of all that were owed, one for each (move, receiver). "
    about += "A part that is not nothing is drawn at least a few pixels wide."
    if len(steps) > _MOST:
        steps = sorted(steps, key=lambda each: -_missing(each[1]))[:_MOST]
        steps.sort(key=lambda each: each[0])
        about += f" The {_MOST} steps with the largest part not seen."
    chosen = [step for _, step in steps]
    key = [
        legend_item(name, [tag("rect", class_=f"bar {look}", x=1, y=1, width=24, height=12)])
        for name, look in _PARTS
    ]
    return tag(
        "figure",
        [
            tag("figcaption", [tag("h3", _TITLE), tag("p", about)]),
            tag("ul", key, class_="key"),
            *(
                tag("div", _bars(chosen, width), class_=f"plot {name}")
                for name, width in WIDTHS.items()
            ),
        ],
        id="ledger",
    )


def _missing(step: Step) -> float:
    return 1 - step.counts.seen / step.counts.owed


def _bars(steps: Sequence[Step], width: int) -> Markup:
    shapes = [tag("title", _TITLE), tag("desc", " ".join(map(_said, steps)))]
    for row, step in enumerate(steps):
        top = row * _ROW
        shapes.append(tag("text", _said(step), x=0, y=top + 12))
        shapes += _bar(step, top + 18, width)
    return tag("svg", shapes, view_box=f"0 0 {width} {max(1, len(steps)) * _ROW}", role="img")


def _bar(step: Step, top: float, width: float) -> list[Markup]:
    amounts = [(getattr(step.counts, name), look) for name, look in _PARTS]
    widths = [max(_LEAST, width * n / step.counts.owed) if n > 0 else 0.0 for n, _ in amounts]
    # What the slivers were given too much is taken from the widest.
    widest = widths.index(max(widths))
    widths[widest] = max(_LEAST, widths[widest] - (sum(widths) - width))
    shapes, left = [], 0.0
    for length, (_, look) in zip(widths, amounts, strict=True):
        if length:
            shapes.append(
                tag("rect", class_=f"bar {look}", x=left, y=top, width=length, height=_BAR)
            )
        left += length
    return shapes


def _said(step: Step) -> str:
    counts = step.counts
    text = f"{count(step.players)} players: {percent(counts.seen, counts.owed)} seen"
    for name in ("ambiguous", "lost"):
        amount = getattr(counts, name)
        if amount:
            text += f", {count(amount)} {name}"
    return f"{text}{' INVALID' if step.invalid else ''}"
