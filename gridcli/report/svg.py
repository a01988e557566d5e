"""Elements of HTML and SVG, as text: whatever is put in is escaped, unless it is markup already.

Not here: what is drawn (`gridcli.report.draw`), how it looks (`page.css`).
"""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is markup already; any other string is escaped where it is put in."""

    __slots__ = ()


Content = str | Iterable[str]
Place = tuple[float, float]


def markup(content: Content) -> Markup:
    """One piece of markup out of text, markup, or some of both."""
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(escape(_visible(content), quote=True))
    return Markup("".join(map(markup, content)))


def tag(name: str, content: Content = "", /, **attributes: str | float | None) -> Markup:
    """An element. Attributes: `class_` is class, `view_box` is viewBox, other `_` are `-`."""
    text = "".join(
        f' {_NAMES.get(key) or key.replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{text}>")
    return Markup(f"<{name}{text}>{markup(content)}</{name}>")


def path(places: Sequence[Place], class_: str) -> Markup:
    """A line through places; a dot where there is but one."""
    if len(places) == 1:
        x, y = places[0]
        return tag("circle", class_=f"{class_} alone", cx=x, cy=y, r=2)
    d = "M" + "L".join(f"{brief(x)} {brief(y)}" for x, y in places)
    return tag("path", class_=class_, d=d)


def brief(value: float) -> str:
    """A coordinate: tenths of a pixel are fine enough."""
    return f"{value:.1f}".removesuffix(".0")


_NAMES = {"class_": "class", "view_box": "viewBox"}
_EMPTY = {"meta", "br", "link"}


def _visible(text: str) -> str:
    # What a parser would drop or complain about.
    return "".join(c if c >= " " or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _value(value: str | float) -> str:
    return escape(_visible(value), quote=True) if isinstance(value, str) else brief(value)
