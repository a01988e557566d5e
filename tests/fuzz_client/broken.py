"""Bytes that are no WebSocket and no HTTP, or only nearly: what a hostile server writes.

Not here: when it does (`evil_server`), packets (`hostile`).
"""

import gzip
import zlib

from fuzz_client.hostile import CONTROLS, MARK, ODD
from wire_frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

TEXTS = [text for text in ODD if len(text) < 1000]
"""What is said where it will be drawn."""


def response(body: bytes, *, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    """An HTTP answer that is right."""
    head = b"HTTP/1.1 " + status + b"\r\n" + more
    return head + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body


_GOOD = frame(b'42/grid-game,["users_connected",3]')
_ESCAPES = "".join(CONTROLS[:6]).encode()

FRAMES: list[bytes] = [
    *(bytes([0x80 | opcode, 0]) for opcode in (3, 4, 7, 0xB, 0xF)),
    *(bytes([0x80 | reserved | TEXT, 1, 0x32]) for reserved in (0x40, 0x20, 0x10, 0x70)),
    b"\x81\x81\0\0\0\0" + b"2",
    b"\x81\x7f" + b"\xff" * 8,
    b"\x81\x7f" + (2**63 - 1).to_bytes(8, "big") + b"x",
    b"\x81\x7f" + (64 * 2**20).to_bytes(8, "big") + b"x" * 1000,
    b"\x81\x7f" + (5).to_bytes(8, "big") + b"2five",
    b"\x81\x7e\x00\x01" + b"2",
    b"\x01\x00" * 3,
    b"\x00\x01x",
    b"\x80\x01x",
    frame(b"4", final=False) + frame(b"", CONTINUATION, final=False) * 3000,
    frame(b"4" + b"x" * 60_000, final=False) + frame(b"y" * 60_000, CONTINUATION, final=False) * 90,
    frame(b"4", final=False) + frame(b"4"),
    frame(b"p", PING, final=False),
    b"\x89\x7e\x00\x7e" + b"p" * 126,
    frame(b"", PING) * 5000,
    frame(b"p" * 125, PING) * 2000,
    frame(b"", PONG) * 5000,
    frame(b"\0\xff" * 50, BINARY) * 50 + _GOOD,
    frame(b"", TEXT) * 3000,
    frame(b"\xff\xfe\x80"),
    frame(b"\x03\xe8" + _ESCAPES[:100], CLOSE),
    frame(b"\x03", CLOSE),
    frame(b"\xff\xff", CLOSE),
    frame(b"", CLOSE) + _GOOD * 3,
    _GOOD[:-4],
    _GOOD * 20,
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\x1b]52;c;7331\x07",
]
"""What follows the good frames of a WebSocket."""

_BOMB = gzip.compress(b"2" * 64 * 2**20, 6)
_BAD_ZLIB = zlib.compress(b"0{}" * 100)[:-9] + b"\xff" * 30
_MARKED = _ESCAPES.replace(b"\r", b"").replace(b"\n", b"")
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

ANSWERS: list[bytes] = [
    b"",
    b"\r\n\r\n",
    b"HTTP/1.1 200",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 " + _MARKED + b"\r\nContent-Length: 2\r\n\r\n0{",
    b"HTTP/1.1 2\x9b\x1b0 OK\r\n\r\n",
    _MARKED + b"\r\n\r\n",
    b"SSH-2.0-OpenSSH_" + MARK.encode() + b"\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(b"0{}"),
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: AAAA\r\n\r\n" + frame(b"0{}"),
    b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    response(_MARKED, status=b"500 " + _MARKED),
    response(_MARKED + b" wrong", status=b"400 Bad Request"),
    response(b"<html>" + _MARKED, status=b"502 Bad Gateway"),
    response(b"0{}\x1e" + _MARKED),
    response(b"\x1e" * 50_000),
    response(b"\xff\xfe" * 100),
    response(b"2" + b"\x1e2" * 60_000),
    response(b"0{}", more=b"Content-Type: text/plain; charset=hex\r\n"),
    response(b"0{}", more=b"Content-Type: text/plain; charset=\x1b[7331m\r\n"),
    response(b"0{}", more=b"Content-Type: text/plain; charset=utf-16\r\n"),
    response(b"0{}", more=b"Content-Type: " + b"x" * 9000 + b"\r\n"),
    response(b"0{}", more=b"".join(b"X-%d: y\r\n" % n for n in range(500))),
    response(b"0{}", more=b"X: " + _MARKED + b"\r\n"),
    response(b"0{}", more=b": y\r\n \r\n\tz\r\n"),
    response(b"0{}", more=b"Content-Length: 7\r\n"),
    response(b"0{}", more=b"Set-Cookie: a=" + _MARKED + b"\r\n"),
    response(_BOMB, more=b"Content-Encoding: gzip\r\n"),
    response(_BAD_ZLIB, more=b"Content-Encoding: deflate\r\n"),
    response(b"x" * 100, more=b"Content-Encoding: gzip\r\n"),
    response(b"x" * 100, more=b"Content-Encoding: br\r\n"),
    response(b"", status=b"302 Found", more=b"Location: /socket.io/?EIO=4&transport=polling\r\n"),
    response(b"", status=b"307 Again", more=b"Location: http://127.0.0.1:1/" + b"\r\n"),
    response(b"", status=b"301 Moved", more=b"Location: \x1b[7331m//[\r\n"),
    response(b"", status=b"401 Who", more=b"WWW-Authenticate: Basic realm=" + _MARKED + b"\r\n"),
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n0{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n0{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n0{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n0{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0{}",
    _CHUNKED + b"zz\r\n",
    _CHUNKED + b"-1\r\nx\r\n0\r\n\r\n",
    _CHUNKED + b"3\r\n0{}x\r\n0\r\n\r\n",
    _CHUNKED + b"ffffffffffffffffffff\r\nx",
    _CHUNKED + b"3;" + b"e" * 20_000 + b"\r\n0{}\r\n0\r\n\r\n",
    _CHUNKED + b"3\r\n0{}\r\n0\r\n" + b"T: x\r\n" * 2000 + b"\r\n",
]
"""What stands in the place of an HTTP answer; then the connection ends, or stays silent."""

ENDLESS: list[tuple[bytes, bytes]] = [
    (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
    (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000),
    (b"HTTP/1.1 200 OK\r\n\r\n", b"2\x1e" * 30_000),
    (_CHUNKED, b"ea60\r\n" + b"2\x1e" * 30_000 + b"\r\n"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n", b"2\x1e" * 30_000),
    (_CHUNKED + b"1;", b"e" * 60_000),
]
"""Answers without an end: how they begin, and how they go on."""
