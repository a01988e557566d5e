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
