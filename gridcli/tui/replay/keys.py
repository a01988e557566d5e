"""What keys do while a recording plays: the table of `gridcli.tui.keys` for this screen.

Not here: what the actions do (`gridcli.tui.replay.app`).
"""

from collections.abc import Sequence

from ..keys import ACTIONS, Action

_SHORT_S, _LONG_S = 5, 30
_SEEK = f"{_SHORT_S} seconds back or on"
_FAR = f"{_LONG_S} seconds back or on"
_TICK = "a single change back or on"
_PACE = "half or double the speed"
_ENDS = "the beginning, the end"
_TENTHS = "that many tenths of the whole"
_LOOK = "look around"
_KEPT = ("follow", "follow_before", "older", "newer", "palette", "help", "quit")
"""What works here as it does in a game."""


def _tenth(digit: int) -> Action:
    return Action(f"tenth_{digit}", f"jump({digit})", str(digit), _TENTHS)


REPLAY_ACTIONS: Sequence[Action] = (
    Action("pause", "pause", "space, p", "pause, and play on", "Pause or play", "pause"),
    Action("earlier", f"skip(-{_SHORT_S})", "left", _SEEK),
    Action("later", f"skip({_SHORT_S})", "right", _SEEK, hint="seek"),
    Action("far_back", f"skip(-{_LONG_S})", "shift+left, down", _FAR),
    Action("far_on", f"skip({_LONG_S})", "shift+right, up", _FAR),
    Action("tick_back", "tick(-1)", "comma", _TICK),
    Action("tick_on", "tick(1)", "full_stop", _TICK),
    Action("slower", "pace(0.5)", "left_square_bracket, minus", _PACE, "Slower"),
    Action(
        "faster", "pace(2.0)", "right_square_bracket, plus, equals_sign", _PACE, "Faster", "faster"
    ),
    Action("beginning", "jump(0)", "home", _ENDS, "From the beginning"),
    Action("end", "jump(10)", "end", _ENDS),
    *map(_tenth, range(10)),
    Action("up", "move('up')", "w, k", _LOOK),
    Action("down", "move('down')", "s, j", _LOOK),
    Action("left", "move('left')", "a, h", _LOOK),
    Action("right", "move('right')", "d, l", _LOOK),
    Action("look", "look", "c", "keep the camera still, and follow again"),
    Action("back", "come_back", "escape", "follow the recorded player again"),
    *(action for action in ACTIONS if action.name in _KEPT),
)

MOUSE = (("click, drag", "on the bar: go there; on a player: keep it in view"),)
WORDS = (
    ("seen", "from the player's step until the state with it arrived"),
    ("ping", "the server's answer to a question, while it stood still"),
    ("B+", "more than one player on that cell"),
)

OF_A_GAME: Sequence[Action] = tuple(
    action for action in ACTIONS if action.name not in {other.name for other in REPLAY_ACTIONS}
)
"""What a player could do, and a watcher of recordings can't: those keys say so."""
