"""Addresses as people write them, and what they mean.

Not here: connecting to one (`test_play`, `test_failures`).
"""

import pytest

from gridcli.link.target import Target, server_url, server_urls


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://host/", "http://host"),
        ("ws://host:1", "http://host:1"),
        ("wss://host", "https://host"),
        ("https://host:8443", "https://host:8443"),
    ],
)
def test_addresses_as_people_write_them(text: str, url: str) -> None:
    assert server_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "ftp://host", "http://", "http://host:port", "http://h:99999"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        server_url(text)


def test_several_addresses_of_one_game() -> None:
    assert server_urls("a:1, http://b") == ("http://a:1", "http://b")
    for text in ("a:1,", "a:1,ftp://b", "new,a:1"):
        with pytest.raises(ValueError, match=r"."):
            server_urls(text)
    target = Target("http://a", name="ann", others=("http://b", "http://c"))
    assert [target.turned(turns).url for turns in range(4)] == [f"http://{host}" for host in "abca"]
    assert target.turned(2) == Target("http://c", name="ann", others=("http://a", "http://b"))
    assert target.address == "http://a, http://b, http://c"
