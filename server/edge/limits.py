"""How much one client, one address and all of them together may do. Not here: what happens to
who does more (`visitor`, `requests`, `door`)."""

from dataclasses import dataclass

from .addresses import Network


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """The limits of a server's edge. Sizes in bytes, times in seconds."""

    message_bytes: int = 16 * 1024
    """The longest WebSocket message."""
    body_bytes: int = 16 * 1024
    """The longest polling body; clients are told it as `maxPayload`."""
    body_packets: int = 512
    """The most packets in one polling body."""
    events_per_s: float = 20.0
    """What one session may send for ever; 0 for as much as it likes."""
    events_burst: int = 40
    """What it may send at once, if it was quiet before."""
    join_s: float = 10.0
    """How long a connection may take to ask something, and a session to join a namespace."""
    connections: int = 16_384
    """TCP connections, and sessions, in all."""
    connections_per_address: int = 200
    """The same for each address that is not exempt."""
    trusted_networks: tuple[Network, ...] = ()
    """Addresses with no limit of their own, as loopback has none."""
    trusted_proxies: tuple[Network, ...] = ()
    """Peers whose `X-Forwarded-For` says the client's address."""


STRIKES = 5
"""So many malformed events end a session."""
FLOOD_TIMES = 5
FLOOD_S = 5.0
"""A session that sends `FLOOD_TIMES` its rate for so long is ended."""
UPGRADE_S = 5.0
"""How long an upgrade from polling may take."""
