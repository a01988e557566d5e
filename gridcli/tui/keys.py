"""What the keys do: the app's bindings, and the same as rows for the help.

Not here: what the actions do (`gridcli.tui.app`).
"""

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("up,w,k", "move('up')", "up", show=False),
    Binding("down,s,j", "move('down')", "down", show=False),
    Binding("left,a,h", "move('left')", "left", show=False),
    Binding("right,d,l", "move('right')", "right", show=False),
    Binding("t,slash", "chat", "chat"),
    Binding("r", "rooms", "rooms"),
    Binding("f", "follow", "follow"),
    Binding("pageup", "scroll_log(-1)", "older lines", show=False),
    Binding("pagedown", "scroll_log(1)", "newer lines", show=False),
    Binding("enter", "rejoin", "rejoin", show=False),
    Binding("question_mark", "help", "help"),
    Binding("q,ctrl+c", "quit", "quit"),
]

HELP = (
    ("arrows, WASD, hjkl", "move; hold a key to keep going"),
    ("t or /", "chat; Enter sends, Esc gives the keys back"),
    ("r", "go to another room"),
    ("f", "follow yourself again, or look around with the arrows"),
    ("PgUp, PgDn", "older and newer lines of the log"),
    ("Enter", "rejoin when offline or refused"),
    ("Ctrl+P", "all commands, and the theme"),
    ("?", "this help"),
    ("q", "quit"),
)
