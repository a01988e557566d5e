"""The opening handshake: what is asked for, and which answers are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.protocol.opening import MAX_HEAD, NotUpgraded, encode_opening, read_opening

NONCE = b"the sample nonce"  # RFC 6455, section 1.3
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    b"\r\n"
)


def test_the_request() -> None:
    lines = encode_opening("host:1", "/socket.io/?a=b", NONCE, {"X-More": "1"}).split(b"\r\n")
    assert lines[0] == b"GET /socket.io/?a=b HTTP/1.1"
    assert lines[-2:] == [b"", b""]
    headers = dict(line.split(b": ") for line in lines[1:-2])
    assert headers[b"Sec-WebSocket-Key"] == b"dGhlIHNhbXBsZSBub25jZQ=="
    assert headers[b"Sec-WebSocket-Version"] == b"13"
    assert (headers[b"Host"], headers[b"X-More"]) == (b"host:1", b"1")
    assert (headers[b"Upgrade"], headers[b"Connection"]) == (b"websocket", b"Upgrade")


@pytest.mark.parametrize(
    ("host", "target"), [("h\r\nX: y", "/"), ("h", "/ HTTP/1.1"), ("h", "/\r\nX: y"), ("hö", "/")]
)
def test_nothing_slips_into_the_request(host: str, target: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        encode_opening(host, target, NONCE)


@given(st.binary(max_size=20), st.integers(0, len(ANSWER)))
def test_the_answer_comes_in_any_pieces(rest: bytes, cut: int) -> None:
    assert read_opening(ANSWER + rest, NONCE) == rest
    assert read_opening(ANSWER[: min(cut, len(ANSWER) - 1)], NONCE) is None


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\nno", 400, "HTTP 400"),
        (b"HTTP/1.0 200 OK\r\n\r\n", 200, "HTTP 200"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 0, "not HTTP"),
        (b"HTTP/1.1\r\n\r\n", 0, "not HTTP"),
        (b"HTTP/1.1 1e2\r\n\r\n", 0, "not HTTP"),
        (b"HTTP/1.1 101 " + b"x" * MAX_HEAD, 0, "endless"),
        (ANSWER.replace(b"s3pP", b"S3pP"), 101, "another request"),
        (ANSWER.replace(b"Sec-WebSocket-Accept", b"X"), 101, "another request"),
        (ANSWER.replace(b"Upgrade: websocket", b"Upgrade: h2c"), 101, "something else"),
        (ANSWER.replace(b"keep-alive, Upgrade", b"keep-alive"), 101, "something else"),
        (
            ANSWER[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
            101,
            "not asked for",
        ),
    ],
)
def test_answers_that_are_no_websocket(answer: bytes, status: int, says: str) -> None:
    with pytest.raises(NotUpgraded, match=says) as refused:
        read_opening(answer, NONCE)
    assert refused.value.status == status


def test_names_and_values_in_any_case() -> None:
    shouted = ANSWER.replace(b"Upgrade: websocket", b"UPGRADE:   WebSocket  ")
    assert read_opening(shouted.replace(b", Upgrade", b",upgrade"), NONCE) == b""
