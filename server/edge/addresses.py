"""Whose connection it is: the peer's address or, from a trusted proxy, what it says of its client.

Not here: counting them (`crowd`).
"""

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_ONE_HOUSEHOLD = 64
"""The prefix length of an IPv6 network that one subscriber has whole."""


class Origin(NamedTuple):
    """Where a request comes from."""

    address: Address | None
    """None for a Unix socket's peer."""


def parse_network(text: str) -> Network:
    """`10.0.0.0/8`, or one address. Raises `ValueError` for anything else."""
    return ip_network(text.strip(), strict=False)


def parse_address(text: object) -> Address | None:
    """An address as sockets and headers write it; IPv4 in IPv6's clothes is IPv4.

    Returns:
        None for what is none, such as the empty name of a Unix socket's peer.
    """
    try:
        address = ip_address(str(text).strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks."""
    return any(address in network for network in networks)


def client_address(
    peer: Address | None, forwarded: Sequence[str], proxies: Sequence[Network]
) -> Address | None:
    """The client's address behind trusted proxies.

    Args:
        peer: who holds the other end of the TCP connection; None for a Unix socket.
        forwarded: the values of `X-Forwarded-For`, as they came.
        proxies: the peers to believe. Each adds the address that it saw at the end, so the last
            one that is not a proxy itself counts; all before it may be made up by the client.
    """
    if not proxies or (peer is not None and not within(peer, proxies)):
        return peer
    for text in reversed(",".join(forwarded).split(",")):
        address = parse_address(text)
        if address is None:
            break
        peer = address
        if not within(address, proxies):
            break
    return peer


def account_of(address: Address) -> str:
    """Under what an address is counted: itself, or the household's network in IPv6."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _ONE_HOUSEHOLD), strict=False))
    return str(address)
