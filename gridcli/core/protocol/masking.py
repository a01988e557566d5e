"""A client's WebSocket frames: masked, so that no proxy can take one for a request of HTTP.

Masking is one exclusive or of two long integers, which costs less than a loop in Python for the
60 bytes of a step. Source: RFC 6455, section 5.3. Not here: frames of a server (`websocket`).
"""

from collections.abc import Callable

from .websocket import CLOSING, NO_CODE, TEXT

_FINAL, _MASKED = 0x80, 0x80


class MaskKeys:
    """An endless supply of mask keys, 32 bits each.

    Args:
        entropy: gives as many unpredictable bytes as it is asked for, as `os.urandom` does.
    """

    _EACH = 1024

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._keys: list[int] = []

    def __call__(self) -> int:
        """A key that nobody can foresee."""
        if not self._keys:
            drawn = memoryview(self._entropy(4 * self._EACH)).cast("I")
            self._keys = drawn.tolist()
        return self._keys.pop()


def _repeated(words: int) -> int:
    """The factor that repeats a key of 32 bits so often."""
    return int.from_bytes(b"\x01\0\0\0" * words, "little")


_HEADS = [bytes((_FINAL | TEXT, _MASKED | size)) for size in range(126)]
_REPEATED = [_repeated(words) for words in range(34)]


def encode_frame(payload: bytes, key: int, opcode: int = TEXT) -> bytes:
    """A client's frame, masked with a key of 32 bits."""
    size = len(payload)
    # Four zero bytes before the payload turn into the key itself, which belongs there.
    words = (size + 7) >> 2
    if size < 126:
        masked = int.from_bytes(b"\0\0\0\0" + payload, "little") ^ key * _REPEATED[words]
        head = _HEADS[size] if opcode == TEXT else bytes((_FINAL | opcode, _MASKED | size))
    else:
        masked = int.from_bytes(b"\0\0\0\0" + payload, "little") ^ key * _repeated(words)
        wide = size >= 2**16
        head = bytes((_FINAL | opcode, _MASKED | (127 if wide else 126)))
        head += size.to_bytes(8 if wide else 2, "big")
    return head + masked.to_bytes(4 * words, "little")[: 4 + size]


def encode_close(code: int, key: int) -> bytes:
    """The frame that begins or answers a close."""
    return encode_frame(b"" if code == NO_CODE else code.to_bytes(2, "big"), key, CLOSING)
