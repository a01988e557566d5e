"""Who did something when, and in which order players are listed for it.

Not here: drawing the list (`gridcli.tui.players`).
"""

from collections.abc import Collection, Iterable, Mapping

from gridcli.core.scene import Identity

ACTIVE_S = 3.0
"""Who did something within so long counts as doing something now: those keep their order, so that
a crowd of walkers does not shuffle the list."""
IDLE_S = 60.0
"""Who did nothing for so long is idle."""


class Activity:
    """When each player of the room last moved, spoke or showed something; seconds of one clock."""

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}
        self._order: list[str] = []

    def came(self, user_ids: Iterable[str], now_s: float) -> None:
        """Players came into the room."""
        self._last_s.update(dict.fromkeys(user_ids, now_s))

    def did(self, user_ids: Iterable[str], now_s: float) -> None:
        """Players did something; those who are not in the room are nobody."""
        last_s = self._last_s
        last_s.update((user_id, now_s) for user_id in user_ids if user_id in last_s)

    def stay(self, present: Collection[str], now_s: float) -> None:
        """These are in the room, and nobody else; what newcomers did before nobody knows."""
        last_s = self._last_s
        self._last_s = {user_id: last_s.get(user_id, now_s - ACTIVE_S) for user_id in present}

    def left(self, user_ids: Iterable[str]) -> None:
        """Players left the room."""
        for user_id in user_ids:
            self._last_s.pop(user_id, None)

    def idle_s(self, user_id: str, now_s: float) -> float:
        """For how long a player did nothing, as far as we know."""
        return max(0.0, now_s - self._last_s.get(user_id, now_s))

    def order(self, present: Mapping[str, Identity], own_id: str, now_s: float) -> list[str]:
        """Oneself, then who did something last; those who do something now as they were before."""
        place = {user_id: number for number, user_id in enumerate(self._order)}
        last_s, far = self._last_s, len(place)
        ordered = sorted(
            present,
            key=lambda user_id: (
                user_id != own_id,
                max(ACTIVE_S, now_s - last_s.get(user_id, 0.0)),
                place.get(user_id, far),
                present[user_id].name.casefold(),
                user_id,
            ),
        )
        self._order = ordered
        return ordered


def idle_for(seconds: float) -> str:
    """A time of idleness in two or three characters; empty below a minute."""
    if seconds < IDLE_S:
        return ""
    minutes = int(seconds // 60)
    return f"{minutes}m" if minutes < 60 else f"{min(minutes // 60, 99)}h"
