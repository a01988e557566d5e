"""What is said of each state of the connection: a sign, a word, details, and what one can do.

Not here: the states (`gridcli.link.states`), where it is shown (`vitals`, `banner`).
"""

from math import ceil
from typing import NamedTuple

from gridcli.link.states import (
    Connecting,
    Kicked,
    Live,
    Mismatched,
    Offline,
    Reconnecting,
    Refused,
    State,
)

from .palette import shown

GOOD, WAITING, BAD = "status--good", "status--waiting", "status--bad"
"""Component classes of the style sheet, and classes of the banner."""


class Saying(NamedTuple):
    """How a state is shown; foreign text in it is fit to be drawn."""

    sign: str
    word: str
    style: str
    detail: str = ""
    """What is going on."""
    reason: str = ""
    """Why."""
    advice: str = ""
    """What the player can do; empty where there is only waiting."""


def saying(
    state: State, since_s: float, *, rejoin_key: str = "Enter", ascii_only: bool = False
) -> Saying:
    """What to say of a state that began so many seconds ago."""
    rejoin = f"{rejoin_key} rejoins" if rejoin_key else ""

    def sign(fine: str, plain: str) -> str:
        return plain if ascii_only else fine

    def told(text: str, code: str = "") -> str:
        return shown(f"{text} [{code}]" if code else text, ascii_only=ascii_only)

    match state:
        case Live():
            return Saying(sign("●", "*"), "live", GOOD)
        case Connecting():
            return Saying(sign("◌", "."), "connecting", WAITING)
        case Reconnecting(attempt, wait_s, reason):
            left_s = max(0, ceil(wait_s - since_s))
            when = f"next in {left_s} s" if left_s else "trying"
            return Saying(
                sign("◐", "~"),
                "reconnecting",
                WAITING,
                f"attempt {attempt}, {when}",
                told(reason),
            )
        case Offline(reason):
            return Saying(sign("○", "o"), "offline", BAD, reason=told(reason), advice=rejoin)
        case Refused(code, text):
            return Saying(sign("✕", "x"), "refused", BAD, reason=told(text, code), advice=rejoin)
        case Kicked(code, text):
            return Saying(sign("✕", "x"), "kicked", BAD, reason=told(text, code), advice=rejoin)
        case Mismatched(text):
            again = f"{rejoin_key} tries again" if rejoin_key else ""
            return Saying(sign("✕", "x"), "mismatch", BAD, reason=told(text), advice=again)
