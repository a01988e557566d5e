"""The colours of the screen around the players, for dark and for light backgrounds.

Every text has a contrast of 4.5 or more to what is behind it (`tests/tui/test_contrast.py`).

Not here: the players' own colours (`gridcli.tui.palette`), the layout (`app.tcss`).
"""

from collections.abc import Mapping

from textual.theme import Theme

NIGHT = Theme(
    name="gridcli",
    primary="#56b4e9",
    secondary="#8a9ab1",
    accent="#ffd75f",
    success="#1fc08e",
    warning="#e69f00",
    error="#f0733a",
    foreground="#d7dde5",
    background="#0d1117",
    surface="#121924",
    panel="#1b2533",
    dark=True,
    variables={"border": "#31415a", "border-blurred": "#31415a"},
)

DAY = Theme(
    name="gridcli-light",
    primary="#0f5c8f",
    secondary="#56606e",
    accent="#7a4f00",
    success="#00664b",
    warning="#8f4a00",
    error="#a32a00",
    foreground="#1b2430",
    background="#f4f6f9",
    surface="#ffffff",
    panel="#e6ebf1",
    dark=False,
    variables={"border": "#9aa7b8", "border-blurred": "#9aa7b8"},
)

THEMES: Mapping[str, Theme] = {"dark": NIGHT, "light": DAY}
"""By what `--theme` calls them."""
