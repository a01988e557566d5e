"""Resume tokens: who lost its connection comes back as who it was.

A token names a player and one connection of it, is signed with the process's secret, and is good
once, until `grace_s` after that connection ended. Not here: who hands them out and takes them
(`server.game`).
"""

import base64
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import GONE
from gridcli.core.world import Player


@dataclass(frozen=True, slots=True)
class Departed:
    """A player as it was when its connection ended."""

    player: Player
    room: str
    at_s: float


class ResumeBook:
    """The tokens that are good now.

    Args:
        grace_s: how long a departed player is kept.
        clock: monotonic seconds.
        secret: what tokens are signed with.
    """

    def __init__(self, grace_s: float, clock: Callable[[], float], secret: bytes) -> None:
        self._grace_s = grace_s
        self._clock = clock
        self._secret = secret
        self._nonces: dict[str, str] = {}
        self._departed: dict[str, Departed] = {}

    def issue(self, user_id: str) -> str:
        """A token for a player's present connection; its earlier ones are worth nothing."""
        nonce = secrets.token_urlsafe(9)
        self._nonces[user_id] = nonce
        return self._sign(f"{user_id}.{nonce}")

    def depart(self, player: Player, room: str) -> None:
        """A player's connection has ended."""
        now_s = self._clock()
        self._forget_older_than(now_s - self._grace_s)
        if player.user_id in self._nonces:
            self._departed[player.user_id] = Departed(player, room, now_s)

    def read(self, token: str) -> str:
        """The player that a token is good for.

        Raises:
            Refusal: forged, spent or too old.
        """
        self._forget_older_than(self._clock() - self._grace_s)
        claim, _, _ = token.rpartition(".")
        user_id, _, nonce = claim.rpartition(".")
        good = hmac.compare_digest(self._sign(claim).encode(), token.encode("utf-8", "replace"))
        if not good or self._nonces.get(user_id) != nonce:
            raise Refusal(GONE, "this resume token is not good any more; join anew")
        return user_id

    def departed(self, user_id: str) -> Departed | None:
        """A player as it was; None where its old connection has not ended yet."""
        return self._departed.get(user_id)

    def spend(self, user_id: str) -> None:
        """The player is back: its token is good no more."""
        self._nonces.pop(user_id, None)
        self._departed.pop(user_id, None)

    def _forget_older_than(self, limit_s: float) -> None:
        # In the order of departure, so the walk ends at the first that is young enough.
        for user_id, departed in list(self._departed.items()):
            if departed.at_s > limit_s:
                break
            del self._departed[user_id]
            self._nonces.pop(user_id, None)

    def _sign(self, claim: str) -> str:
        digest = hmac.digest(self._secret, claim.encode("utf-8", "replace"), "sha256")
        return f"{claim}.{base64.urlsafe_b64encode(digest[:18]).decode()}"
