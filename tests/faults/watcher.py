"""Spectators, one on each node directly: what is seen there of the players of all nodes.

They see how long players stay on a grid whose owner is gone, and how long a move takes to get
there. Not here: the players themselves (`player`).
"""

import time
from collections.abc import Iterable, Mapping

import aiohttp

from gridcli.core.protocol.updates import Delta, Update
from gridcli.link.link import Link
from gridcli.link.states import Live
from gridcli.link.target import Target, Transport


class Watcher:
    """A spectator of the lobby of one node, which comes back if that node does.

    Args:
        node: its name.
        url: its own address.
        http: shared with others.
    """

    def __init__(self, node: str, url: str, http: aiohttp.ClientSession) -> None:
        self.node = node
        self.link = Link(
            Target(url, transport=Transport.WEBSOCKET, spectate=True),
            on_update=self._hear,
            http=http,
        )
        self.gone_s: dict[str, float] = {}
        """When each of the suspects was seen no more."""
        self.seen_s: list[float] = []
        """From each move of the `strangers` to the delta with it."""
        self._suspects: set[str] = set()
        self._strangers: Mapping[str, list[float]] = {}
        self._seqs: dict[str, int] = {}

    @property
    def live(self) -> bool:
        """Whether it looks on now."""
        return isinstance(self.link.state, Live)

    @property
    def scene(self) -> frozenset[tuple[object, ...]]:
        """Everybody in view, and where."""
        mirror = self.link.mirror
        return frozenset((user_id, *cell) for user_id, cell in mirror.cells.items())

    def suspect(self, user_ids: Iterable[str]) -> None:
        """Note from now on when these are gone."""
        self._suspects = set(user_ids)
        self.gone_s = {}
        self._look_for(time.monotonic())

    def time_moves(self, strangers: Mapping[str, list[float]]) -> None:
        """Time moves from now on.

        Args:
            strangers: when each move of a player was sent, from its first on; it grows.
        """
        self.seen_s = []
        self._strangers = strangers
        # Of what was on its way already, the watcher can't know that it has not seen it.
        self._seqs = {user_id: len(sent_s) for user_id, sent_s in strangers.items()}

    def _hear(self, update: Update, received_s: float) -> None:
        if self._suspects:
            self._look_for(received_s)
        if self._strangers and isinstance(update, Delta):
            for user_id in update.seqs.keys() & self._strangers.keys():
                before, seq = self._seqs[user_id], update.seqs[user_id]
                if seq > before:
                    sent_s = self._strangers[user_id]
                    self.seen_s += [received_s - at_s for at_s in sent_s[before:seq]]
                    self._seqs[user_id] = seq

    def _look_for(self, now_s: float) -> None:
        gone = self._suspects - self.link.mirror.cells.keys()
        if gone:
            self.gone_s |= dict.fromkeys(gone, now_s)
            self._suspects -= gone
