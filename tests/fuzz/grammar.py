"""What a hostile client may say: one grammar, driven by any `random.Random`.

With `Random(seed)` it is fast enough for a million cases; with hypothesis's own `randoms()` the
same productions shrink. Messages are the payloads of Engine.IO packets, as bytes. They come in
kinds, so that a session can reach deep before it ends: `game` events that a server may accept,
`quiet` packets that it ignores or answers, `strike`s that it refuses and counts, `lethal` ones
that end the connection. Which is which decides only the order in which they are sent. Not here:
WebSocket framing (`fuzz.frames`), HTTP (`fuzz.bodies`), damage to bytes (`fuzz.mutations`).
"""

import json
from collections.abc import Callable
from random import Random

from fuzz import words

Production = Callable[[Random], bytes]

NAMESPACE = b"/grid-game,"
SEPARATOR = b"\x1e"
RESUME = b"@RESUME@"
"""Stands for the newest resume token that anybody was given."""


def json_text(rng: Random, depth: int = 3) -> bytes:
    """Something that is JSON, or nearly."""
    kind = rng.randrange(8) if depth else 0
    if kind < 5:
        return rng.choice(words.SCALARS)
    if kind == 5:
        return b"[" + b",".join(json_text(rng, depth - 1) for _ in range(rng.randrange(5))) + b"]"
    if kind == 6:
        return json_object(rng, depth)
    return deep(rng) if rng.randrange(4) == 0 else rng.choice(words.SCALARS)


def json_object(rng: Random, depth: int = 2) -> bytes:
    """An object with keys of the game and hostile values."""
    members = (
        b'"%b":%b' % (rng.choice(words.KEYS), json_text(rng, depth - 1))
        for _ in range(rng.randrange(5))
    )
    return b"{" + b",".join(members) + b"}"


def deep(rng: Random) -> bytes:
    """JSON nested further than a parser's stack, closed or not."""
    levels = rng.choice(words.DEPTHS)
    if rng.randrange(2):
        return b"[" * levels + b"]" * (levels * rng.randrange(2))
    return b'{"a":' * min(levels, 3000) + b"1" + b"}" * (min(levels, 3000) * rng.randrange(2))


def event(name: bytes, argument: bytes, number: bytes = b"") -> bytes:
    """An event of the game's namespace; name and argument are JSON."""
    return b"42" + NAMESPACE + number + b"[" + name + b"," + argument + b"]"


def game(rng: Random) -> bytes:
    """An event that a server may accept: what honest clients send, with odd values now and then."""
    number = b"" if rng.randrange(3) else b"%d" % rng.randrange(1000)
    kind = rng.randrange(14)
    if kind < 5:
        direction = rng.choice(words.DIRECTIONS)
        seq = b"%d" % rng.randrange(1, 100) if rng.randrange(8) else rng.choice(words.SCALARS)
        return event(
            b'"movement"', b'{"direction":"%b","seq":%b}' % (direction.encode(), seq), number
        )
    if kind < 7:
        room = json.dumps(rng.choice(words.ROOMS)).encode()
        return event(b'"join"', b'{"room":%b}' % room, number)
    if kind == 7:
        return event(b'"leave"', b"{}", number)
    if kind == 8:
        return event(b'"chat"', b'{"text":%b}' % rng.choice(words.JSON_TEXTS), number)
    if kind == 9:
        return event(b'"message"', json_text(rng, 2), number)
    if kind == 10:
        return event(b'"join"', b'{"room":%b}' % rng.choice(words.JSON_TEXTS), number)
    if kind == 11:
        emote = rng.choice((b'"wave"', b'"ping"', *words.JSON_TEXTS))
        return event(b'"emote"', b'{"emote":%b}' % emote, number)
    if kind == 12:
        return event(b'"rooms"', b"{}", number)
    return event(rng.choice(words.EVENTS), json_object(rng), rng.choice(words.IDS[:5]))


def connect(rng: Random) -> bytes:
    """A CONNECT packet: protocol 1 or 2, with wishes from modest to hostile."""
    kind = rng.randrange(10)
    if kind < 2:
        return b"40" + NAMESPACE
    if kind < 8:
        wishes = [b'"protocol":2']
        if rng.randrange(2):
            wishes.append(b'"room":' + json.dumps(rng.choice(words.ROOMS)).encode())
        if rng.randrange(3) == 0:
            wishes.append(b'"name":' + rng.choice(words.JSON_TEXTS))
        if rng.randrange(12) == 0:
            wishes.append(b'"resume":"%b"' % RESUME)
        if rng.randrange(12) == 0:
            wishes.append(b'"spectate":true')
        if rng.randrange(6) == 0:
            wishes.append(b'"symbol":' + rng.choice((b'"k"', b'"Q"', *words.JSON_TEXTS)))
        if rng.randrange(6) == 0:
            wishes.append(b'"cell":[%b,%b]' % (_ordinate(rng), _ordinate(rng)))
        return b"40" + NAMESPACE + b"{" + b",".join(wishes) + b"}"
    if kind == 8:
        return b"40" + NAMESPACE + json_object(rng)
    keys = (
        *(b"protocol", b"name", b"room", b"token", b"resume", b"spectate"),
        *(b"symbol", b"cell"),
    )
    wishes = [b'"%b":%b' % (key, json_text(rng, 1)) for key in keys if rng.randrange(2)]
    return b"40" + NAMESPACE + b'{"protocol":2' + b"".join(b"," + wish for wish in wishes) + b"}"


def _ordinate(rng: Random) -> bytes:
    return b"%d" % rng.randrange(1, 30) if rng.randrange(4) else rng.choice(words.SCALARS)


def quiet(rng: Random) -> bytes:
    """A packet that needs no answer, or gets a harmless one."""
    kind = rng.randrange(10)
    if kind < 2:
        return rng.choice((b"2probe", b"3", b"3", b"5"))
    if kind == 2:
        number = rng.choice((b"0", b"1", b"99", b"007", b"999999999999999"))
        return b"43" + NAMESPACE + number + b"[" + rng.choice(words.PLAIN_VALUES) + b"]"
    if kind == 3:
        return b"41" + rng.choice(words.STRANGE)
    if kind < 6:
        return b"40" + rng.choice(words.STRANGE) + rng.choice((b"", b"{}", b'{"protocol":2}'))
    if kind < 8:
        return b"42" + rng.choice(words.STRANGE) + rng.choice((b"", b"7")) + b'["message",{}]'
    if kind == 8:
        return connect(rng)
    return b"41" + NAMESPACE if rng.randrange(4) == 0 else b"3"


def strike(rng: Random) -> bytes:
    """A packet that is refused: an event that is none, a forged one, a binary one."""
    kind = rng.randrange(10)
    if kind == 0:
        data = rng.choice((b"{}", b"[]", b"[[1]]", b"1", b"", b'"x"'))
        return b"42" + NAMESPACE + rng.choice(words.IDS) + data
    if kind == 1:
        return event(rng.choice(words.FORGED_EVENTS), json_text(rng, 1), rng.choice(words.IDS[:5]))
    if kind == 2:
        return (
            rng.choice((b"45", b"46"))
            + rng.choice(words.ATTACHMENTS)
            + b"-"
            + NAMESPACE
            + b'["chat",{"_placeholder":true,"num":0}]'
        )
    if kind == 3:
        return b"42" + NAMESPACE + b'["message",' + deep(rng) + b"]"
    if kind == 4:
        return b"44" + NAMESPACE + json_text(rng, 1)
    if kind == 5:
        return b"42" + NAMESPACE + rng.choice(words.IDS) + json_text(rng)
    if kind == 6:
        return event(rng.choice(words.EVENTS[:5]), json_text(rng), rng.choice(words.IDS))
    if kind == 7:
        values = json_text(rng, 1), json_text(rng, 1)
        return event(b'"movement"', b'{"direction":%b,"seq":%b}' % values)
    if kind == 8:
        return rng.choice((b"2", b"3", b"6", b"0", b"5")) + rng.choice(words.JSON_TEXTS)
    wild = rng.choice(words.NAMESPACES) + rng.choice(words.IDS) + json_text(rng, 1)
    return b"4" + bytes((rng.choice(b"0123"),)) + wild


def lethal(rng: Random) -> bytes:
    """A packet that is none: the framing of Engine.IO or Socket.IO is broken."""
    kind = rng.randrange(9)
    if kind == 0:
        return rng.choice(
            (b"", b"x", b"b!", b"b", b"bAAA", b"4", b"\x00", "²".encode(), "４".encode())
        )
    if kind == 1:
        return b"4" + rng.choice(
            (b"7", b"8", b"9", b"x", b"-1", b"[[[[", "²".encode(), b"\x1e", b" ")
        )
    if kind == 2:
        return b"4" + deep(rng)
    if kind == 3:
        return bytes((rng.choice(b"789abcdefz/:;@"),)) + json_text(rng, 1)
    if kind == 4:
        return b"0" + json_object(rng)
    if kind == 5:
        return (
            b"42"
            + rng.choice(words.NAMESPACES)
            + rng.choice(words.IDS)
            + b"[" * rng.randrange(1, 9)
        )
    if kind == 6:
        return rng.choice((b"1", b"11", b"1x"))
    if kind == 7:
        return (
            b"4"
            + bytes((rng.choice(b"0123456"),))
            + rng.choice(words.NAMESPACES)
            + rng.choice(words.IDS)
            + json_text(rng)
        )
    return rng.randbytes(rng.randrange(40))


def large(rng: Random) -> bytes:
    """A message about as long as a server lets through, or longer."""
    size = rng.choice((4000, 16000, 16383, 16384, 16385, 20000, 66000))
    return event(b'"message"', b'"' + b"x" * size + b'"')


def attachment(rng: Random) -> bytes:
    """What a binary message may hold."""
    return rng.choice((b"", b"\x00", b"4", b"42[]", rng.randbytes(rng.randrange(64))))
