"""A client's WebSocket frames, right and wrong ones.

Frames are masked with zeros as a rule, so that a reproducer can be read. Source: RFC 6455. Not
here: what they carry (`fuzz.grammar`).
"""

from random import Random

from fuzz import grammar

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_NO_MASK = b"\0\0\0\0"

Length = int | None


def frame(
    payload: bytes,
    opcode: int = TEXT,
    *,
    head: int = 0x80,
    mask: bytes | None = _NO_MASK,
    length: Length = None,
    width: int = 0,
) -> bytes:
    """One frame.

    Args:
        payload: as it is before masking.
        opcode: 0 to 15.
        head: the four bits beside it: FIN 0x80, RSV 0x40, 0x20, 0x10.
        mask: four bytes; None for a frame without one, which no client may send.
        length: what the head says it is; None tells the truth.
        width: bytes in which the length is written: 2, 8, or 0 for the fewest.
    """
    size = len(payload) if length is None else length
    masked = 0 if mask is None else 0x80
    first = head | opcode
    if size < 126 and not width:
        data = bytes((first, masked | size))
    elif size < 2**16 and width < 8:
        data = bytes((first, masked | 126)) + size.to_bytes(2, "big")
    else:
        data = bytes((first, masked | 127)) + size.to_bytes(8, "big")
    if mask is None:
        return data + payload
    if mask != _NO_MASK:
        payload = bytes(byte ^ mask[at & 3] for at, byte in enumerate(payload))
    return data + mask + payload


def fine(rng: Random) -> bytes:
    """Odd frames that a server has to take: fragments, control frames among them, masks."""
    text = grammar.game(rng)
    kind = rng.randrange(6)
    if kind == 0:
        return frame(rng.randbytes(rng.randrange(126)), rng.choice((PING, PONG)))
    if kind == 1:
        cut = rng.randrange(len(text) + 1)
        between = frame(b"now", PING) if rng.randrange(2) else b""
        return frame(text[:cut], head=0) + between + frame(text[cut:], CONTINUATION)
    if kind == 2:
        return frame(text, mask=rng.randbytes(4))
    if kind == 3:
        return frame(text, width=rng.choice((2, 8)))
    if kind == 4:
        empty = frame(b"", CONTINUATION, head=0) * rng.randrange(4)
        return frame(b"", head=0) + empty + frame(text, CONTINUATION)
    return frame(grammar.attachment(rng), BINARY)


def wrong(rng: Random) -> bytes:
    """A frame that no client may send, or that says other than it is."""
    text = grammar.game(rng)
    kind = rng.randrange(13)
    if kind == 0:
        return frame(text, rng.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15)))
    if kind == 1:
        return frame(text, head=0x80 | rng.choice((0x40, 0x20, 0x10, 0x70)))
    if kind == 2:
        return frame(text, mask=None)
    if kind == 3:
        return frame(text, CONTINUATION, head=rng.choice((0, 0x80)))
    if kind == 4:
        return frame(text, head=0) + frame(text)
    if kind == 5:
        return frame(rng.randbytes(130), rng.choice((CLOSE, PING, PONG)))
    if kind == 6:
        return frame(b"x", rng.choice((CLOSE, PING)), head=0) + frame(text)
    if kind == 7:
        code = rng.choice((0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 5000, 65535))
        reason = rng.choice((b"", b"bye", b"\xff\xfe"))
        return frame(code.to_bytes(2, "big") + reason, CLOSE)
    if kind == 8:
        return frame(b"\x03", CLOSE)
    if kind == 9:
        length = rng.choice((200, 20_000, 2**20, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1))
        return frame(text, length=length, width=8)
    if kind == 10:
        bad = rng.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"))
        return frame(text + bad)
    if kind == 11:
        piece = b"x" * 1000
        more = frame(piece, CONTINUATION, head=0) * rng.choice((15, 16, 30))
        return frame(piece, head=0) + more + frame(text, CONTINUATION)
    return rng.randbytes(rng.randrange(1, 64))
