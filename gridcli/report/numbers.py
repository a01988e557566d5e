"""The numbers of a chart, for the box at the pointer: JSON that no text can break out of.

Not here: showing them (`page.js`).
"""

import orjson

from .picture import Picture
from .svg import Markup, tag


def as_json(picture: Picture) -> Markup:
    """A `<script>` of data: each x with its words, and the values of each series there."""
    assert picture.spots is not None
    values: list[dict[float, float]] = []
    for series in picture.series:
        known = {at: value for at, value in series.points if value is not None}
        values.append(dict(series.crosses) | known)
    places = sorted({at for each in values for at in each})
    data = {
        "x": [float(f"{at:.7g}") for at in places],
        "words": [picture.spots(at) for at in places],
        "unit": picture.unit,
        "series": [
            [series.name, series.look, [_short(known.get(at)) for at in places]]
            for series, known in zip(picture.series, values, strict=True)
        ],
    }
    # Neither "</script>" nor "<!--" can come up once there is no "<".
    text = orjson.dumps(data).decode().replace("<", "\\u003c").replace("&", "\\u0026")
    return tag("script", Markup(text), type="application/json")


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
