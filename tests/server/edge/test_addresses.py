"""Whose connection it is, and who has too many. Not here: HTTP and TCP (`test_doors`)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.edge.addresses import account_of, client_address, parse_address, parse_network
from server.edge.crowd import Crowd
from server.edge.limits import EdgeLimits

PROXIES = (parse_network("127.0.0.1"), parse_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("6.6.6.6", ["1.1.1.1"], "6.6.6.6"),  # nobody asked it
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["6.6.6.6"], "6.6.6.6"),
        ("127.0.0.1", ["1.1.1.1, 6.6.6.6"], "6.6.6.6"),  # the first is the client's own word
        ("127.0.0.1", ["1.1.1.1", "6.6.6.6"], "6.6.6.6"),
        ("127.0.0.1", ["6.6.6.6, 10.1.2.3"], "6.6.6.6"),  # two proxies in a row
        ("127.0.0.1", ["nonsense, 6.6.6.6"], "6.6.6.6"),
        ("127.0.0.1", ["6.6.6.6, nonsense"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["::ffff:6.6.6.6"], "6.6.6.6"),
        ("127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("", ["6.6.6.6"], "6.6.6.6"),  # a proxy on a Unix socket
    ],
    ids=str,
)
def test_the_last_address_that_a_trusted_proxy_saw(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert client_address(parse_address(peer), forwarded, PROXIES) == parse_address(address)


@given(st.lists(st.text(max_size=20) | st.ip_addresses().map(str), max_size=4))
def test_without_proxies_no_header_counts(forwarded: list[str]) -> None:
    peer = parse_address("6.6.6.6")
    assert client_address(peer, forwarded, ()) == peer


def test_an_ipv6_household_is_one() -> None:
    a, b, c = (ip_address(f"2001:db8:0:{n}::{k}") for n, k in ((1, 1), (1, 2), (2, 1)))
    assert account_of(a) == account_of(b) != account_of(c)


@given(st.lists(st.sampled_from(["6.6.6.6", "7.7.7.7", "127.0.0.1", "10.2.3.4", "::1"])))
def test_a_crowd_counts_each_address_and_all(addresses: list[str]) -> None:
    limits = EdgeLimits(
        connections=6, connections_per_address=2, trusted_networks=(parse_network("10.0.0.0/8"),)
    )
    crowd, inside = Crowd(limits), []
    for text in addresses:
        address = parse_address(text)
        same = sum(text == other for other, _ in inside)
        refused = crowd.no_place(address)
        if len(inside) >= 6:
            assert refused is not None
            assert refused.status == 503
        elif same >= 2 and text in ("6.6.6.6", "7.7.7.7"):
            assert refused is not None
            assert refused.status == 429
        else:
            assert refused is None
            inside.append((text, crowd.enter(address)))
    assert crowd.total == len(inside)
    for _, account in inside:
        crowd.leave(account)
    assert crowd.total == 0
    assert [crowd.no_place(parse_address("6.6.6.6"))] == [None]
