"""HTTP as a hostile client writes it: handshakes, polls and posts, right and wrong ones.

`SID` stands for the session's id, which is known only when the bytes are sent. Not here: what the
packets in a body say (`fuzz.grammar`), which requests make a session (`fuzz.sessions`).
"""

import gzip
import zlib
from collections.abc import Sequence
from random import Random
from urllib.parse import quote_from_bytes

from fuzz import grammar
from fuzz.mutations import mutate

SID = b"@SID@"
PATH = b"/socket.io/?EIO=4&transport=polling"
OF_SESSION = PATH + b"&sid=" + SID
WEBSOCKET = b"/socket.io/?EIO=4&transport=websocket"
UPGRADE = (
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
LAST = b"Connection: close"

_BOMB = zlib.compress(b"2\x1e" * 5_000_000, 9)
_GZIP_BOMB = gzip.compress(b"4" * 5_000_000, 9, mtime=0)
_ODD_QUERIES = (
    b"",
    b"EIO=4",
    b"EIO=3&transport=polling",
    b"EIO=&transport=polling",
    b"EIO=4&EIO=3&transport=polling&transport=websocket",
    b"transport=polling",
    b"EIO=4&transport=flash",
    b"EIO=4&transport=%00",
    b"EIO=4&transport=polling&sid=",
    b"EIO=4&transport=polling&sid=nobody",
    b"EIO=4&transport=polling&sid=" + b"x" * 3000,
    b"EIO=4&transport=polling&sid=%ff%fe",
    b"EIO=4&transport=websocket&sid=" + SID,
    b"EIO=4&transport=polling&sid=" + SID + b"&sid=nobody",
    b"EIO=4&transport=polling&j=0",
    b"EIO=4&transport=polling&j=abc",
    b"EIO=4&transport=polling&j=%0d%0aX:1&sid=" + SID,
    b"EIO=4&transport=polling&j=99999999999999999999&sid=" + SID,
    b"EIO=4&transport=polling&b64=1&t=x&sid=" + SID,
    b"EIO=4&transport=polling&" + b"a=1&" * 500,
    b"%%%&=&&;;\xff",
    "EIO=４&transport=polling".encode(),
)
_METHODS = b"GET POST PUT OPTIONS HEAD DELETE PATCH TRACE CONNECT get G%45T".split()
_PATHS = (
    b"/socket.io/",
    b"/socket.io",
    b"/socket.io/x",
    b"//socket.io/",
    b"/socket.io/../healthz",
    b"/healthz",
    b"/readyz",
    b"/metrics",
    b"/",
    b"*",
    b"http://[::1",
    b"http://localhost/socket.io/",
    b"/%2e%2e/%ff",
    b"/" + b"p" * 9000,
)
_ODD_HEADERS = (
    b"Origin: https://elsewhere.example",
    b"Origin: null",
    b"Origin: \xff",
    b"Host: a\r\nHost: b",
    b"X-Forwarded-For: 1.2.3.4, ::1, x",
    b"X-Forwarded-For: " + b"1," * 2000,
    b"Cookie: io=" + SID,
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: -1",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked\r\nContent-Length: 3",
    b"Transfer-Encoding: identity, chunked",
    b"Expect: 100-continue",
    b"Expect: everything",
    b"Upgrade: h2c",
    b"Range: bytes=0-",
    b"Accept-Encoding: gzip;q=x",
    b"X: " + b"h" * 9000,
    b" folded: yes",
    b"nocolon",
    b"N\x00ame: v",
)
_RAW = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
    b"GET " + WEBSOCKET + b" HTTP/1.1\r\nHost: x\r\n",
    b"A" * 20_000,
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 3000 + b"\r\n",
)


def request(
    target: bytes, *headers: bytes, method: bytes = b"GET", body: bytes | None = None
) -> bytes:
    """One request. Where there is a body its length is told, unless a header tells another."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: localhost", *headers]
    if body is not None and not any(_tells_length(line) for line in headers):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body or b""])


def _tells_length(line: bytes) -> bool:
    return line.lower().startswith((b"content-length", b"transfer-encoding"))


def post(body: bytes, *headers: bytes) -> bytes:
    """A polling body as an honest client sends it."""
    return request(OF_SESSION, b"Content-Type: text/plain", *headers, method=b"POST", body=body)


def packets(rng: Random, messages: Sequence[bytes]) -> bytes:
    """A polling body of these packets, with odd separators now and then."""
    separator = (
        grammar.SEPARATOR if rng.randrange(12) else rng.choice((b"\x1e\x1e", b"\x1f", b"\n"))
    )
    body = separator.join(messages)
    return body if rng.randrange(20) else grammar.SEPARATOR + body + grammar.SEPARATOR


def game_body(rng: Random) -> bytes:
    """A body that a server may accept whole."""
    kind = rng.randrange(10)
    if kind == 0:
        return packets(rng, [grammar.quiet(rng) for _ in range(rng.randrange(1, 6))])
    return packets(rng, [grammar.game(rng) for _ in range(rng.choice((1, 1, 2, 3, 5, 15, 16, 17)))])


def hostile_body(rng: Random) -> bytes:
    """A body with something wrong in it, or with too much of it."""
    kind = rng.randrange(7)
    if kind == 0:
        return packets(rng, [b"2"] * rng.choice((17, 100, 512, 513, 2000, 9000)))
    if kind == 1:
        return packets(rng, [grammar.game(rng), grammar.lethal(rng), grammar.game(rng)])
    if kind == 2:
        return grammar.large(rng)
    if kind == 3:
        return b"d=" + quote_from_bytes(game_body(rng)).encode()
    if kind == 4:
        return rng.choice((b"", b"\x1e", b"\x1e" * 600, b"b", b"bQUJD", b"b!", b"\xff\xfe", b"d="))
    if kind == 5:
        return packets(rng, [grammar.strike(rng) for _ in range(rng.randrange(1, 4))])
    return mutate(rng, game_body(rng), grammar.strike(rng))


def odd_post(rng: Random) -> bytes:
    """A post whose length, encoding or type is not what it seems."""
    body = game_body(rng)
    kind = rng.randrange(10)
    if kind == 0:
        return post(body, b"Content-Length: %d" % max(0, len(body) - rng.randrange(1, 9)))
    if kind < 3:
        pieces = b"".join(
            b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:9], body[9:]) if piece
        )
        return post(pieces + b"0\r\n\r\n", b"Transfer-Encoding: chunked")
    if kind == 3:
        size = rng.choice((b"-1", b"zz", b"fffffffffffffffff", b"1;ext", b""))
        return post(size + b"\r\n" + body + b"\r\n0\r\n\r\n", b"Transfer-Encoding: chunked")
    if kind == 4:
        bomb = rng.choice(((b"deflate", _BOMB), (b"gzip", _GZIP_BOMB)))
        return post(bomb[1], b"Content-Encoding: " + bomb[0])
    if kind == 5:
        encoding = rng.choice(
            (b"gzip", b"deflate", b"br", b"zstd", b"x", b"identity", b"gzip, gzip")
        )
        return post(body, b"Content-Encoding: " + encoding)
    if kind == 6:
        return post(zlib.compress(body), b"Content-Encoding: deflate")
    if kind == 7:
        kinds = (
            b"application/octet-stream",
            b"application/x-www-form-urlencoded",
            b"x",
            b"text/plain;charset=utf-99",
            b"multipart/form-data; boundary=",
        )
        return request(OF_SESSION, b"Content-Type: " + rng.choice(kinds), method=b"POST", body=body)
    if kind == 8:
        return post(body, rng.choice(_ODD_HEADERS))
    return request(OF_SESSION, method=b"POST")


def odd_request(rng: Random) -> bytes:
    """Any method on any path with any query."""
    query = rng.choice(_ODD_QUERIES) if rng.randrange(3) else PATH[12:]
    target = (rng.choice(_PATHS) if rng.randrange(3) == 0 else b"/socket.io/") + b"?" + query
    method = rng.choice(_METHODS) if rng.randrange(3) == 0 else rng.choice((b"GET", b"POST"))
    headers = [rng.choice(_ODD_HEADERS)] if rng.randrange(3) == 0 else []
    body = hostile_body(rng) if method in (b"POST", b"PUT") else None
    return request(target, *headers, method=method, body=body)


def odd_upgrade(rng: Random, target: bytes = WEBSOCKET) -> bytes:
    """A WebSocket handshake with something missing or wrong."""
    headers = list(UPGRADE)
    kind = rng.randrange(6)
    if kind == 0:
        headers.pop(rng.randrange(len(headers)))
    elif kind == 1:
        headers[2] = b"Sec-WebSocket-Version: " + rng.choice((b"8", b"0", b"x", b"99"))
    elif kind == 2:
        headers[3] = b"Sec-WebSocket-Key: " + rng.choice((b"", b"x", b"\xff", b"A" * 300))
    elif kind == 3:
        headers.append(b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99")
    elif kind == 4:
        headers.append(b"Sec-WebSocket-Extensions: permessage-deflate")
    else:
        headers.append(rng.choice(_ODD_HEADERS))
    method = b"POST" if rng.randrange(12) == 0 else b"GET"
    return request(target, *headers, method=method)


def raw(rng: Random) -> bytes:
    """What is no HTTP, or hardly."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(_RAW)
    if kind == 1:
        return rng.randbytes(rng.randrange(1, 200))
    return mutate(rng, odd_request(rng), odd_upgrade(rng))
