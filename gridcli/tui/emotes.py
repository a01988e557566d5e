"""What players show on their cells for a moment, and how each is drawn.

Not here: the words on the wire (`gridcli.core.protocol.names`), drawing them on the grid
(`gridcli.tui.board`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from gridcli.core.protocol.names import EMOTES

LASTS_S = 2.0
RING_S = 0.6
RINGS = 3
"""Over `RING_S` a ring around the player grows to so many cells."""


class EmoteLook(NamedTuple):
    """How an emote is drawn: one column, also where only ASCII may be."""

    sign: str
    plain: str


EMOTE_LOOKS: Mapping[str, EmoteLook] = dict(
    zip(
        EMOTES,
        (
            EmoteLook("◉", "@"),
            EmoteLook("∿", "~"),
            EmoteLook("♥", "v"),
            EmoteLook("☻", ")"),
            EmoteLook("✦", "*"),
            EmoteLook("✗", "x"),
        ),
        strict=True,
    )
)
_OF_A_NEWER_SERVER = EmoteLook("‽", "!")


def emote_sign(emote: str, *, ascii_only: bool = False) -> str:
    """The one character that stands for an emote; words that we don't know have one, too."""
    look = EMOTE_LOOKS.get(emote, _OF_A_NEWER_SERVER)
    return look.plain if ascii_only else look.sign


def ring_at(age_s: float) -> int:
    """How many cells the ring of an emote is away from its player; 0 once it is gone."""
    return 0 if age_s >= RING_S else 1 + int(max(age_s, 0.0) / RING_S * RINGS)


class Shown(NamedTuple):
    """An emote on a cell, and since when, in seconds of the game's clock."""

    emote: str
    since_s: float


class Emotes:
    """Who shows what now: at most one emote for each player."""

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}

    def __bool__(self) -> bool:
        return bool(self._shown)

    @property
    def shown(self) -> Mapping[str, Shown]:
        """By user id; what has lasted long enough goes with the next `expire`."""
        return self._shown

    def show(self, user_id: str, emote: str, now_s: float) -> None:
        """A player shows something; a later one takes its place."""
        self._shown.pop(user_id, None)  # so that the oldest stay in front
        self._shown[user_id] = Shown(emote, now_s)

    def expire(self, now_s: float) -> bool:
        """Take away what has lasted long enough. True if there was any."""
        over = []
        for user_id, shown in self._shown.items():
            if now_s - shown.since_s < LASTS_S:
                break
            over.append(user_id)
        for user_id in over:
            del self._shown[user_id]
        return bool(over)

    def clear(self) -> None:
        """The room is another one."""
        self._shown.clear()
