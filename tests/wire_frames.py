"""WebSocket frames as servers write them and as clients do, spelt out for tests.

It shares nothing with the product, so that a mistake there can't hide. Not here: servers that send
them (`odd_server`).
"""

TEXT, BINARY, CONTINUATION = 0x1, 0x2, 0x0
CLOSE, PING, PONG = 0x8, 0x9, 0xA


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True) -> bytes:
    """A server's frame."""
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 2**16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes([0x80 * final | opcode]) + length + payload


def unmasked(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first frame of a client: opcode, payload and what follows; None while it is not whole."""
    if len(data) < 6:
        return None
    assert data[0] & 0xF0 == 0x80, "a client sends whole messages, and no extension"
    assert data[1] & 0x80, "a client masks"
    size, at = data[1] & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        size, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
    key, start = data[at : at + 4], at + 4
    if len(data) < start + size:
        return None
    payload = bytes(byte ^ key[n % 4] for n, byte in enumerate(data[start : start + size]))
    return data[0] & 0x0F, payload, data[start + size :]
