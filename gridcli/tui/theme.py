"""The colours of the screen around the players, as a theme that Ctrl+P can exchange.

Not here: the players' own colours (`gridcli.tui.palette`), the layout (`app.tcss`).
"""

from textual.theme import Theme

NIGHT = Theme(
    name="gridcli",
    primary="#56b4e9",
    secondary="#7a8ba3",
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
