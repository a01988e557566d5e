"""Draws a picture as a `<figure>`: once for each width that the page may have.

Text keeps its size that way, where one drawing would shrink it on a telephone; CSS shows the one
that fits. Not here: what is shown (`gridcli.report.picture`), colours (`page.css`), the pointer's
box (`page.js`).
"""

from collections.abc import Iterator

from .numbers import as_json
from .picture import Picture, Series
from .scale import Scale
from .svg import Markup, brief, path, tag
from .words import tick

WIDTHS = {"big": 560, "small": 348}
WIDE_WIDTHS = {"big": 1136, "medium": 680, "small": 348}
TOP, BOTTOM, RIGHT = 34, 44, 14
_CHARACTER = 7.3
"""About as wide as one of 12 px is."""


def figure(picture: Picture) -> Markup:
    """The chart with its title, its key, and the numbers that the pointer's box shows."""
    return tag(
        "figure",
        [
            tag("figcaption", [tag("h3", picture.title), tag("p", picture.about)]),
            _legend(picture),
            *(
                tag("div", drawing(picture, width), class_=f"plot {name}")
                for name, width in (WIDE_WIDTHS if picture.wide else WIDTHS).items()
            ),
            _numbers(picture),
        ],
        id=picture.key,
        class_="wide" if picture.wide else None,
    )


def drawing(picture: Picture, width: int) -> Markup:
    """The chart alone, at a width in pixels."""
    floor = picture.height - BOTTOM
    y = picture.y(floor, TOP)
    y_ticks = y.ticks(36)
    left = max([22.0, *(len(tick(t)) * _CHARACTER + 12 for t in y_ticks)])
    x = picture.x(left, width - RIGHT)
    shapes = [
        tag("title", picture.title),
        tag("desc", picture.said),
        *_bands(picture, x, floor),
        *_y_axis(picture, y, y_ticks, left, width),
        *_x_axis(picture, x, floor),
    ]
    for series in reversed(picture.series):  # the first one comes to lie on top
        shapes += _line(series, x, y)
    shapes += _limits(picture, y, left, width)
    if picture.spots is not None:
        shapes.append(tag("line", class_="pointer", y1=TOP, y2=floor, x1=left, x2=left))
    return tag(
        "svg",
        shapes,
        view_box=f"0 0 {width} {picture.height}",
        role="img",
        data_log=str(int(x.log)),
        data_domain=f"{x.low:.9g} {x.high:.9g} {brief(x.start)} {brief(x.end)}",
    )


def _bands(picture: Picture, x: Scale, floor: float) -> Iterator[Markup]:
    taken = 0.0
    for number, band in enumerate(picture.bands):
        start, end = x(band.start), x(band.end)
        look = "band invalid" if band.invalid else f"band b{number % 2}"
        yield tag(
            "rect", class_=look, x=start, y=TOP, width=max(end - start, 1), height=floor - TOP
        )
        half, middle = len(band.label) * _CHARACTER / 2, (start + end) / 2
        if middle - half > taken and middle + half < x.end + RIGHT:
            yield _text(band.label, middle, TOP - 4, "middle")
            taken = middle + half + 6


def _y_axis(
    picture: Picture, y: Scale, ticks: list[float], left: float, width: int
) -> Iterator[Markup]:
    for value in ticks:
        at = y(value)
        yield tag("line", class_="grid", x1=left, x2=width - RIGHT, y1=at, y2=at)
        yield _text(tick(value), left - 7, at + 4, "end")
    label = f"{picture.y_label} (log)" if y.log else picture.y_label
    yield _text(label, 0, 12, "start", "axis")


def _x_axis(picture: Picture, x: Scale, floor: float) -> Iterator[Markup]:
    yield tag("line", class_="base", x1=x.start, x2=x.end, y1=floor, y2=floor)
    ticks = picture.x_ticks
    if ticks is None:
        name = picture.x_name or tick
        ticks = [(value, name(value)) for value in x.ticks(64)]
    taken = float("inf")
    # From the right: the largest is what one looks for.
    for value, name_ in sorted(ticks, reverse=True):
        at, half = x(value), len(name_) * _CHARACTER / 2
        if at + half + 5 > taken:
            continue
        middle = min(at, x.end + RIGHT - half)
        taken = middle - half
        yield tag("line", class_="base", x1=at, x2=at, y1=floor, y2=floor + 4)
        yield _text(name_, middle, floor + 18, "middle")
    label = f"{picture.x_label} (log)" if x.log and picture.x_ticks is None else picture.x_label
    yield _text(label, (x.start + x.end) / 2, floor + 38, "middle", "axis")


def _limits(picture: Picture, y: Scale, left: float, width: int) -> Iterator[Markup]:
    for limit in picture.limits:
        if y.low <= limit.value <= y.high:
            at = y(limit.value)
            yield tag("line", class_="limit", x1=left, x2=width - RIGHT, y1=at, y2=at)
            yield _text(limit.label, left + 6, at - 5, "start", "limit-label")


def _line(series: Series, x: Scale, y: Scale) -> Iterator[Markup]:
    places: list[tuple[float, float]] = []
    for at, value in [*series.points, (0.0, None)]:
        if value is not None:
            places.append((x(at), y(value)))
        elif places:
            yield path(places, f"line {series.look}")
            places = []
    if series.dots:
        for at, value in series.points:
            if value is not None:
                yield tag("circle", class_=f"dot {series.look}", cx=x(at), cy=y(value), r=3.5)
    for at, cross in series.crosses:
        yield mark(x(at), y(cross), f"cross {series.look}")


def mark(x: float, y: float, look: str, size: float = 4.5) -> Markup:
    """A cross."""
    a, b, c, d = brief(x - size), brief(y - size), brief(x + size), brief(y + size)
    return tag("path", class_=look, d=f"M{a} {b}L{c} {d}M{a} {d}L{c} {b}")


def _text(text: str, x: float, y: float, anchor: str, look: str | None = None) -> Markup:
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=look)


def _legend(picture: Picture) -> Markup:
    items = []
    for series in picture.series:
        shape = [tag("path", class_=f"line {series.look}", d="M1 7H25")]
        if series.dots:
            shape.append(tag("circle", class_=f"dot {series.look}", cx=13, cy=7, r=3.5))
        items.append(legend_item(series.name, shape))
    if any(series.crosses for series in picture.series):
        items.append(legend_item("INVALID, not joined", [mark(13, 7, "cross plain")]))
    if any(band.invalid for band in picture.bands):
        shape = [tag("rect", class_="band invalid", x=1, y=1, width=24, height=12)]
        items.append(legend_item("INVALID step", shape))
    return tag("ul", items, class_="key")


def legend_item(name: str, shape: list[Markup]) -> Markup:
    """One entry of a chart's key."""
    sign = tag("svg", shape, view_box="0 0 26 14", class_="sign", aria_hidden="true")
    return tag("li", [sign, name])


def _numbers(picture: Picture) -> Markup:
    if picture.spots is None:
        return Markup("")
    return as_json(picture)
