"""What a client sends: masked frames, with a key for each.

Not here: what a server sends (`test_websocket`).
"""

import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_frames import CLOSE, PONG, TEXT, unmasked

from gridcli.core.protocol.masking import MaskKeys, encode_close, encode_frame
from gridcli.core.protocol.websocket import NO_CODE, NORMAL

keys = st.integers(0, 2**32 - 1)


@given(st.binary(max_size=300), keys, st.sampled_from([TEXT, PONG]))
@example(b"", 2**32 - 1, TEXT)
@example(b"x" * 125, 2**32 - 1, TEXT)
@example(b"x" * 126, 1, TEXT)
def test_a_server_reads_what_was_sent(payload: bytes, key: int, opcode: int) -> None:
    data = encode_frame(payload, key, opcode)
    assert unmasked(data + b"rest") == (opcode, payload, b"rest")


@pytest.mark.parametrize("size", [65535, 65536, 100_003])
def test_long_frames(size: int) -> None:
    payload = os.urandom(size)
    assert unmasked(encode_frame(payload, 0x01020304)) == (TEXT, payload, b"")


@given(st.binary(min_size=4, max_size=300), keys.filter(bool))
def test_the_payload_does_not_show(payload: bytes, key: int) -> None:
    assert payload not in encode_frame(payload, key)


def test_closes() -> None:
    assert unmasked(encode_close(NORMAL, 5)) == (CLOSE, b"\x03\xe8", b"")
    assert unmasked(encode_close(NO_CODE, 5)) == (CLOSE, b"", b"")


def test_keys_are_all_that_entropy_gives_and_no_more() -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return os.urandom(count)

    key = MaskKeys(entropy)
    drawn = [key() for _ in range(3000)]
    assert sum(asked) >= 4 * len(drawn)
    assert len(asked) < 10
    assert all(0 <= each < 2**32 for each in drawn)
    assert len(set(drawn)) > 2990, "keys must not come again"
