"""Resume tokens: who lost its connection comes back as who it was.

A token names a player and the generation of its connection, and is signed: it is good on every
node that has the secret, once, until `grace_s` after that connection ended. Each return makes
the player's next generation. Not here: who hands them out and takes them (`server.sessions`).
"""

import base64
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import GONE
from gridcli.core.world import Player

_NO_LONGER_GOOD = "this resume token is not good any more; join anew"


class Claim(NamedTuple):
    """What a token says, once its signature is found good."""

    user_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class Departed:
    """A player as it was when its connection ended."""

    player: Player
    room: str
    at_s: float


class ResumeBook:
    """Signs tokens, and remembers who may come back.

    Args:
        grace_s: how long a departed player is kept.
        clock: monotonic seconds.
        secret: what tokens are signed with.
    """

    def __init__(self, grace_s: float, clock: Callable[[], float], secret: bytes) -> None:
        self._grace_s = grace_s
        self._clock = clock
        self._secret = hmac.digest(secret, b"gridcli resume", "sha256")
        self._departed: dict[str, Departed] = {}

    def token(self, player: Player) -> str:
        """The token of a player's present connection; empty for one who can't come back."""
        return self._sign(f"{player.user_id}.{player.generation}") if player.generation else ""

    def depart(self, player: Player, room: str, *, ago_s: float = 0.0) -> None:
        """A player's connection has ended, some seconds ago."""
        now_s = self._clock()
        self._forget_older_than(now_s - self._grace_s)
        if player.generation and ago_s < self._grace_s:
            self._departed.pop(player.user_id, None)  # the dict keeps the order of departure
            self._departed[player.user_id] = Departed(player, room, now_s - ago_s)

    def read(self, token: str) -> Claim:
        """What a token says. Raises `Refusal` (gone) for one that we have not signed."""
        claim, _, _ = token.rpartition(".")
        user_id, _, generation = claim.rpartition(".")
        good = hmac.compare_digest(self._sign(claim).encode(), token.encode("utf-8", "replace"))
        if not good:
            raise gone()
        return Claim(user_id, int(generation))

    def departed(self, user_id: str) -> Departed | None:
        """A player as it was; None for one who is not away, or is for too long."""
        self._forget_older_than(self._clock() - self._grace_s)
        return self._departed.get(user_id)

    def everyone(self) -> Iterator[tuple[Departed, float]]:
        """All who may come back, with the seconds since they went."""
        now_s = self._clock()
        self._forget_older_than(now_s - self._grace_s)
        return ((departed, now_s - departed.at_s) for departed in self._departed.values())

    def back(self, user_id: str) -> None:
        """The player is here again."""
        self._departed.pop(user_id, None)

    def _forget_older_than(self, limit_s: float) -> None:
        # About in the order of departure, so the walk ends at the first that is young enough;
        # those of whom another node told late wait for their elders.
        while self._departed:
            user_id = next(iter(self._departed))
            if self._departed[user_id].at_s > limit_s:
                break
            del self._departed[user_id]

    def _sign(self, claim: str) -> str:
        digest = hmac.digest(self._secret, claim.encode("utf-8", "replace"), "sha256")
        return f"{claim}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


def gone() -> Refusal:
    """What a token that is not good any more is answered with."""
    return Refusal(GONE, _NO_LONGER_GOOD)
