"""Which pages may play, by what their requests say. Not here: refusing (`test_processes`)."""

import pytest

from gridcli.tui.web.guard import Guard, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("grid.localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        ("http://127.0.0.1:8766", "127.0.0.1:8766", True),
        ("http://localhost:8766", "localhost:8766", True),
        ("http://LocalHost:8766", "localhost:8766", True),
        ("http://[::1]:8766", "[::1]:8766", True),
        ("https://localhost", "localhost", True),
        ("http://localhost:8766", "127.0.0.1:8766", False),
        ("http://localhost:8767", "localhost:8766", False),
        ("http://evil.example", "127.0.0.1:8766", False),
        ("http://evil.example", "evil.example", False),
        ("http://[::1", "[::1", False),
        ("file://", "", False),
        ("null", "127.0.0.1:8766", False),
        ("", "127.0.0.1:8766", False),
        ("", "", False),
        ("http://", "", False),
    ],
)
def test_on_loopback_only_our_own_page_by_a_name_of_loopback(
    origin: str, host: str, may: bool
) -> None:
    assert Guard("127.0.0.1").lets_play(origin, host) == may


def test_elsewhere_our_own_page_by_any_name() -> None:
    guard = Guard("0.0.0.0")
    assert guard.lets_play("http://192.0.2.7:8766", "192.0.2.7:8766")
    assert not guard.lets_play("http://evil.example", "192.0.2.7:8766")


def test_a_proxys_page_where_it_was_named() -> None:
    guard = Guard("127.0.0.1", ["https://grid.example"])
    assert guard.lets_play("https://grid.example", "grid.example")
    assert guard.lets_play("https://Grid.Example", "127.0.0.1:8766"), "proxies may say another host"
    assert guard.knows("grid.example")
    assert not guard.knows("evil.example")
    assert not guard.lets_play("http://evil.example", "grid.example")
