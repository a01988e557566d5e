"""Finished WebSocket frames, as a server sends them: unmasked, unfragmented, uncompressed.

A frame is made once for all its receivers. Source: RFC 6455, section 5.2. Not here: reading
frames, which aiohttp does.
"""

from struct import Struct

_TEXT, _BINARY = 0x81, 0x82
_SHORT = Struct("!BB").pack
_MEDIUM = Struct("!BBH").pack
_LONG = Struct("!BBQ").pack


def text_frame(payload: bytes) -> bytes:
    """One text message; the payload is UTF-8."""
    return _header(_TEXT, len(payload)) + payload


def binary_frame(payload: bytes) -> bytes:
    """One binary message."""
    return _header(_BINARY, len(payload)) + payload


def _header(first: int, length: int) -> bytes:
    if length < 126:
        return _SHORT(first, length)
    if length < 65536:
        return _MEDIUM(first, 126, length)
    return _LONG(first, 127, length)
