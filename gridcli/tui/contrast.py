"""Whether a colour can be read on another, and one that can.

The ratio is WCAG's: 1 for equal colours, 21 for black on white, and 4.5 is what text needs. Not
here: which colours players have (`gridcli.tui.palette`).
"""

from functools import lru_cache

from textual.color import Color

READABLE = 4.5
_STEP = 0.08
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)


def luminance(colour: Color) -> float:
    """How bright a colour is to the eye, from 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Color, other: Color) -> float:
    """The contrast of two colours, from 1 to 21."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=4096)
def readable(colour: Color, ground: Color) -> Color:
    """The colour, or where it can't be read on that ground the nearest to it that can."""
    if ratio(colour, ground) >= READABLE:
        return colour
    # Whichever of the two is further away: one of them reaches 4.5 on any ground.
    goal = max((_BLACK, _WHITE), key=lambda end: ratio(end, ground))
    share = 0.0
    while share < 1:
        share += _STEP
        if ratio(mixed := colour.blend(goal, min(share, 1.0)), ground) >= READABLE:
            return mixed
    return goal
