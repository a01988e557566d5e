"""The options of `gridcli serve` that limit what strangers may do, and the limits they make.

Not here: all other options (`server.options`), what a limit does (`server.edge`),
who has a token (`server.tokens`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gridcli.core.text import MAX_CHAT, MAX_NAME, MAX_ROOM, TextLimits
from gridcli.core.world import Limits

from .edge.addresses import Network, parse_network
from .edge.limits import EdgeLimits


class _NetworkType(click.ParamType[Network]):
    name = "CIDR"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Network:
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # converted before
        try:
            return parse_network(value)
        except ValueError:
            self.fail(f"{value!r} is no network; write 10.0.0.0/8, or one address", param, ctx)


_POSITIVE = click.IntRange(min=1)
_BYTES = click.IntRange(512, 16 * 1024 * 1024)
_EDGE, _WORLD, _TEXT = EdgeLimits(), Limits(), TextLimits()

WORLD_OPTIONS = [
    click.option("--max-rooms", type=_POSITIVE, default=_WORLD.rooms, help="Rooms at a time."),
    click.option("--max-players", type=_POSITIVE, default=_WORLD.players, help="Players in all."),
    click.option(
        "--max-room-players",
        type=_POSITIVE,
        default=_WORLD.players_per_room,
        help="Players in one room.",
    ),
]

TEXT_OPTIONS = [
    click.option(
        "--max-name",
        type=click.IntRange(1, MAX_NAME),
        default=_TEXT.name,
        metavar="N",
        help="Characters of a player's name.",
    ),
    click.option(
        "--max-room-name",
        type=click.IntRange(5, MAX_ROOM),
        default=_TEXT.room,
        metavar="N",
        help="Characters of a room's name: letters, digits, '-', '_' and '.'.",
    ),
    click.option(
        "--max-chat",
        type=click.IntRange(1, MAX_CHAT),
        default=_TEXT.chat,
        metavar="N",
        help="Characters of a chat line.",
    ),
    click.option(
        "--alphabet",
        type=click.Choice(("unicode", "ascii")),
        default="unicode",
        help="What names and chat may be written in; control characters, escapes and "
        "bidirectional overrides never.",
    ),
]

EDGE_OPTIONS = [
    click.option(
        "--max-message",
        type=_BYTES,
        default=_EDGE.message_bytes,
        metavar="BYTES",
        help="Longest WebSocket message; a longer one ends the connection.",
    ),
    click.option(
        "--max-body",
        type=_BYTES,
        default=_EDGE.body_bytes,
        metavar="BYTES",
        help="Longest polling body; a longer one is answered with 413.",
    ),
    click.option(
        "--max-body-packets",
        type=_POSITIVE,
        default=_EDGE.body_packets,
        metavar="N",
        help="Packets in one polling body, likewise.",
    ),
    click.option(
        "--event-rate",
        type=click.FloatRange(0, 100_000),
        default=_EDGE.events_per_s,
        metavar="N",
        help="Events a second of each player; more are refused, and five times as many for five "
        "seconds end the connection. 0: as many as they like.",
    ),
    click.option(
        "--event-burst",
        type=_POSITIVE,
        default=_EDGE.events_burst,
        metavar="N",
        help="Events that may come at once after a quiet time.",
    ),
    click.option(
        "--join-timeout",
        type=click.FloatRange(0.1, 600),
        default=_EDGE.join_s,
        metavar="SECONDS",
        help="How long a connection may take to ask something, and then to join the game.",
    ),
    click.option(
        "--max-connections",
        type=_POSITIVE,
        default=_EDGE.connections,
        metavar="N",
        help="Connections in all; fewer where the system allows fewer open files.",
    ),
    click.option(
        "--max-address-connections",
        type=_POSITIVE,
        default=_EDGE.connections_per_address,
        metavar="N",
        help="Connections of one address (IPv6: of one /64). This machine's are not counted.",
    ),
    click.option(
        "--trusted-network",
        "trusted_networks",
        type=_NetworkType(),
        multiple=True,
        metavar="CIDR",
        help="Addresses whose connections are not counted; may be repeated.",
    ),
    click.option(
        "--trusted-proxy",
        "trusted_proxies",
        type=_NetworkType(),
        multiple=True,
        metavar="CIDR",
        help="Proxies that are believed: what they say in X-Forwarded-For is the client's "
        "address; may be repeated. By default that header says nothing.",
    ),
]

TOKEN_OPTIONS = [
    click.option(
        "--token-file",
        type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        metavar="FILE",
        help="Let in only players with a token of this file: one a line, each as from "
        "`openssl rand -hex 32`; # begins a comment. Read again when it has changed.",
    ),
    click.option("--open-spectating", is_flag=True, help="Let spectators in without a token."),
]


def text_limits_from(given: Mapping[str, Any]) -> TextLimits:
    """What names, rooms and chat may be."""
    return TextLimits(
        given["max_name"],
        given["max_room_name"],
        given["max_chat"],
        ascii_only=given["alphabet"] == "ascii",
    )


def edge_limits_from(given: Mapping[str, Any]) -> EdgeLimits:
    """What a stranger may do."""
    return EdgeLimits(
        message_bytes=given["max_message"],
        body_bytes=given["max_body"],
        body_packets=given["max_body_packets"],
        events_per_s=given["event_rate"],
        events_burst=given["event_burst"],
        join_s=given["join_timeout"],
        connections=given["max_connections"],
        connections_per_address=given["max_address_connections"],
        trusted_networks=tuple(given["trusted_networks"]),
        trusted_proxies=tuple(given["trusted_proxies"]),
    )
