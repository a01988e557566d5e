"""A server's address as Locust's `--host` gives it."""

import pytest

from gridcli.core.errors import CannotConnect
from loadtest._transport import endpoint


def test_addresses() -> None:
    assert endpoint("http://[::1]:8765").target("polling", "abc") == (
        "/socket.io/?EIO=4&transport=polling&sid=abc"
    )
    assert endpoint("https://play.example/grid/").path == "/grid/socket.io/"
    assert endpoint("127.0.0.1:8765").netloc == "127.0.0.1:8765"
    for wrong in ("http://", "http://host:port", "ftp://host", "http://host:99999"):
        with pytest.raises(CannotConnect, match="not an address"):
            endpoint(wrong)


def test_a_session_id_stays_within_its_parameter() -> None:
    target = endpoint("http://host").target("polling", "a&b#c\r\nX: é \x1b[m")
    assert target.isascii()
    assert target.isprintable()
    assert target.count("&") == 2
    assert "#" not in target
