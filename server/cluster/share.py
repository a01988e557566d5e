"""Puts the parts of a shared game together: replica, bus and relay, around a server's own parts.

Not here: the parts; when a server shares its grid (`server.app`).
"""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from random import Random

from aiohttp import web

from gridcli.core.protocol.updates import Chat, Emote, Notice

from ..game import Game
from ..handlers import Handlers
from ..metrics import Metrics
from ..settings import Settings
from .bus import Bus
from .effects import rows_of
from .metrics import ClusterCollector
from .node import ClusterNode
from .relay import ALONE, Relay
from .replica import Replica
from .rows import digest_of, row_of
from .wire import Sealer
from .world import SharedWorld


class Shared:
    """A server's part in the cluster, for its game and for whoever asks how it is doing."""

    def __init__(self, settings: Settings, node: str, game: Game, handlers: Handlers) -> None:
        world, book, rng = game.world, game.sessions.resume, Random()
        assert isinstance(world, SharedWorld), "a game that is shared has such a world"
        self._world = world
        self._settings = settings
        self._rng = rng

        def departed(user_id: str) -> int:
            found = book.departed(user_id)
            return found.player.generation if found else 0

        self.replica = Replica(
            node,
            secrets.token_hex(4),
            settings.grid,
            rows_of=lambda own: rows_of(world, own),
            away=lambda: ((row_of(d.player, d.room), ago_s) for d, ago_s in book.everyone()),
            departed=departed,
            sealer=Sealer(settings.cluster_secret),
            rng=rng,
        )
        world.note = self.replica.note
        self._relay = Relay(
            world,
            game.sessions,
            book,
            game.audience,
            game.ticker,
            game.backlogs,
            handlers.put_out,
        )

    def run_in(self, app: web.Application, bus: Bus, metrics: Metrics) -> None:
        """Share the grid by this bus for as long as the application runs."""

        async def share(app: web.Application) -> AsyncIterator[None]:
            node = ClusterNode(self.replica, bus, self._relay, self._rng)
            metrics.registry.register(ClusterCollector(node))
            await node.open(required=self._settings.require_bus)
            yield
            await node.close()

        app.cleanup_ctx.append(share)

    @property
    def notice(self) -> Notice | None:
        """What a newcomer is to know of the other nodes."""
        return None if self.replica.up else ALONE

    def say(self, room: str, said: Chat | Emote) -> None:
        """Somebody has said or shown something here."""
        self.replica.say(room, said)

    def report(self) -> Mapping[str, object]:
        """How it is doing; `digest` is equal on nodes that show the same players."""
        rooms = self._world.rooms.values()
        rows = (row_of(player, room.name) for room in rooms for player in room.players.values())
        return {
            "own": len(self.replica.own),
            "peers": sorted(self.replica.peers),
            "suspects": self.replica.suspects(time.monotonic()),
            "bus": "up" if self.replica.up else "away",
            "digest": digest_of(rows),
        }
