"""Damage to bytes: flips, cuts, repetitions, splices, and tokens put where they do not belong.

Not here: what is damaged (`fuzz.grammar`, `fuzz.bodies`).
"""

from random import Random

TOKENS = (
    b"\x1e",
    b"\x1e\x1e",
    b"\x00",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"/grid-game,",
    b"/",
    b",",
    b"-",
    b"?",
    b"[",
    b"]",
    b"{",
    b'"',
    b"\\",
    b"b",
    b"4",
    b"42",
    b"51-",
    b"59999999999-",
    b"2probe",
    b"\r\n",
    b"\r\n\r\n",
    b"d=",
    b"%",
    b"%00",
    b"@SID@",
)


def mutate(rng: Random, data: bytes, other: bytes = b"") -> bytes:
    """One to three kinds of damage.

    Args:
        data: what is damaged.
        other: what a part of it may be replaced with.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = _once(rng, data, other)
    return data


def _once(rng: Random, data: bytes, other: bytes) -> bytes:
    kind = rng.randrange(7)
    at = rng.randrange(len(data) + 1)
    end = min(len(data), at + rng.randrange(1, 9))
    if kind == 0 and at < len(data):
        return data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]
    if kind == 1:
        return data[:at]
    if kind == 2:
        return data[:at] + data[end:]
    if kind == 3:
        return data[:at] + data[at:end] * rng.randrange(2, 40) + data[end:]
    if kind == 4 and other:
        cut = rng.randrange(len(other) + 1)
        return data[:at] + other[cut:]
    if kind == 5:
        return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[end:]
    return data[:at] + rng.choice(TOKENS) + data[at:]
