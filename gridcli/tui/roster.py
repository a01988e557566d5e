"""Who is listed in which order, and what is said of each: by activity, or by points in a game.

Ordered anew once a second at most, so that nobody jumps about; whoever comes meanwhile stands at
the end. Not here: drawing the rows (`players`), who did what when (`activity`), points
(`standing`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from .activity import idle_for
from .game import Game

_EACH_S = 1.0


class Row(NamedTuple):
    """One player of the list."""

    user_id: str
    symbol: str
    name: str
    """As it came: foreign."""
    place: int = 0
    """In the game; 0 where there is none."""
    note: str = ""
    """Points, or for how long the player has been idle."""
    is_it: bool = False
    is_idle: bool = False


class Roster:
    """The room's players in the order that they are listed in."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._ordered_s = float("-inf")
        self._whose: tuple[str, str] = ("", "")
        self.order: list[str] = []

    @property
    def due(self) -> bool:
        """Whether it is time to order anew."""
        return self._game.clock() - self._ordered_s >= _EACH_S

    def bring_up_to_date(self) -> None:
        """Order anew if it is time; in any case have everyone in it who is there, and no other."""
        game, mirror = self._game, self._game.mirror
        now_s, who = game.clock(), mirror.who
        whose = (mirror.room, mirror.user_id)
        if self.due or whose != self._whose:
            self._ordered_s, self._whose = now_s, whose
            order = game.activity.order(who, mirror.user_id, now_s)
            if game.standing.contest is not None:
                order = [rank.user_id for rank in game.standing.ranking(order)]
            self.order = [user_id for user_id in order if user_id in who]
            return
        known = set(self.order)
        self.order = [user_id for user_id in self.order if user_id in who]
        self.order += [user_id for user_id in who if user_id not in known]

    def rows(self, user_ids: Sequence[str]) -> list[Row]:
        """What is said of these players now; those who are gone are left out."""
        game, mirror, standing = self._game, self._game.mirror, self._game.standing
        now_s, contest = game.clock(), game.standing.contest
        rows = []
        for user_id in user_ids:
            who = mirror.who.get(user_id)
            if who is None:
                continue
            row = Row(user_id, who.symbol, who.name)
            idle = idle_for(game.activity.idle_s(user_id, now_s))
            row = row._replace(note=idle, is_idle=bool(idle))
            rank = standing.place_of(user_id)
            if contest is not None and rank is not None:
                row = row._replace(
                    place=rank.place, note=str(rank.points), is_it=user_id == contest.it
                )
            rows.append(row)
        return rows
