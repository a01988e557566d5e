"""The WebSocket opening handshake of a client, without I/O: its request, and the answer's check.

No extension and no subprotocol is offered, so none may be in the answer. Sources: RFC 6455,
section 4. Not here: the frames that follow (`gridcli.core.protocol.websocket`), sockets
(`gridcli.link.opening`).
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from types import MappingProxyType
from typing import Final

from ..errors import BadInput
from .names import BAD_PAYLOAD

NONCE_BYTES: Final = 16
"""How much chance a request carries."""
MAX_HEAD: Final = 32 * 2**10
"""The longest head of an answer, in bytes."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HTTP = b"HTTP/1."
_END = b"\r\n\r\n"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class NotUpgraded(BadInput):
    """The answer is no WebSocket; `status` is that of HTTP, 0 where it is not HTTP either."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(BAD_PAYLOAD, text)
        self.status = status


def encode_opening(
    host: str, target: str, nonce: bytes, headers: Mapping[str, str] = _NOTHING
) -> bytes:
    """The request for a WebSocket.

    Args:
        host: for the Host header: a name or address, with the port where it is not the usual.
        target: path and query.
        nonce: `NONCE_BYTES` of chance.
        headers: further ones.

    Raises:
        ValueError: something is not ASCII or has control characters in it.
    """
    lines = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": b64encode(nonce).decode(),
        "Sec-WebSocket-Version": "13",
        "User-Agent": "gridcli",
        **headers,
    }
    head = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())]
    if " " in target or not all(line.isascii() and line.isprintable() for line in head):
        raise ValueError("an address with characters that HTTP does not allow")
    return "\r\n".join([*head, "", ""]).encode()


def read_opening(data: bytes, nonce: bytes) -> bytes | None:
    """Check a server's answer, as far as it has come.

    Returns:
        What came after the headers: the first frames. None while the headers are not all there.

    Raises:
        NotUpgraded: it is something else than the WebSocket that `nonce` asked for.
    """
    if not data.startswith(_HTTP[: len(data)]):
        raise NotUpgraded("not HTTP")
    head, ended, rest = data.partition(_END)
    if len(head) > MAX_HEAD:
        raise NotUpgraded("an endless answer")
    if not ended:
        return None
    status_line, *lines = head.decode("latin-1").split("\r\n")
    status = status_line.split(" ")[1] if " " in status_line else ""
    if not (status.isascii() and status.isdigit() and len(status) == 3):
        raise NotUpgraded("not HTTP")
    if status != "101":
        raise NotUpgraded(f"HTTP {status}", int(status))
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    _check(headers, nonce)
    return rest


def _check(headers: Mapping[str, str], nonce: bytes) -> None:
    tokens = {token.strip().lower() for token in headers.get("connection", "").split(",")}
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in tokens:
        raise NotUpgraded("an upgrade to something else", 101)
    expected = b64encode(sha1(b64encode(nonce) + _GUID, usedforsecurity=False).digest()).decode()
    if headers.get("sec-websocket-accept") != expected:
        raise NotUpgraded("an answer to another request", 101)
    if headers.get("sec-websocket-extensions") or headers.get("sec-websocket-protocol"):
        raise NotUpgraded("an extension that was not asked for", 101)
