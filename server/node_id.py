"""Names of nodes, and session ids that begin with them: `<node>.<random>`.

Whoever stands in front of several nodes (nginx, or the workers among each other) can tell by a
session's id whose it is. Not here: the routing (`server/deploy/nginx.conf`, `server.handover`).
"""

import re
import secrets
from collections.abc import Callable

MAX_NODE = 16
"""The longest name of a node, in characters."""

_NODE = re.compile(rf"[a-z0-9]{{1,{MAX_NODE}}}", re.ASCII)
_MARK = "."
_RANDOM_BYTES = 15


def check_node(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: it is not one to sixteen of a–z and 0–9.
    """
    if not _NODE.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a node; take 1 to {MAX_NODE} of a-z and 0-9")
    return name


def random_node() -> str:
    """A name that no other node has: 40 random bits."""
    return secrets.token_hex(5)


def session_ids(node: str) -> Callable[[], str]:
    """What makes session ids of this node: its name and 120 random bits, safe in an address.

    Raises:
        ValueError: it is no name for a node.
    """
    prefix = check_node(node) + _MARK
    return lambda: prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def owner_of(sid: str) -> str:
    """The node that gave out a session id; empty if no node can have."""
    node, mark, _ = sid.partition(_MARK)
    return node if mark and _NODE.fullmatch(node) else ""
