"""What passes the edge is what the libraries take without raising, waiting or running their own.

The libraries themselves are the oracle. Not here: what becomes of a sender (`test_visitor`), the
rows of abuse over real sockets (`tests/abuse`).
"""

import json
from typing import Any

import pytest
from engineio.packet import Packet as EnginePacket
from hypothesis import example, given
from hypothesis import strategies as st
from socketio.packet import Packet as SocketPacket

from server.edge.grammar import MOST_NAME, Fault, asked_under, check
from server.socketio_server import Json


class OurPacket(SocketPacket):  # type: ignore[misc]  # the library has no annotations
    json = Json


GOOD = [
    "1",
    "2probe",
    "3",
    "5",
    "40",
    "40/grid-game",
    "40/grid-game,",
    '40{"token":"x"}',
    '40/grid-game,{"protocol":2}',
    "41",
    "41/grid-game",
    "41/grid-game,",
    '42["hello"]',
    '42/grid-game,["movement",{"direction":"up","seq":1}]',
    '42/grid-game,17["chat",{"text":"5-6, {[\\" \\u00e9"}]',
    "43/grid-game,0[]",
    '431["x"]',
]
FATAL = ["x", "", "b!", "bAAAA", "4", "4[[[[", "47[]", "4x", "?", "\x00", "9", "[]"]
STRIKES = [
    *("0", '0{"sid":"x"}', "2", "2x", "3probe", "6"),
    *(
        "42",
        "42{}",
        "42[]",
        "42[[1]]",
        "42[1]",
        "42[null]",
        '42["a"',
        '42["a"]x',
        "42/ns",
        "42/ns[",
        '42/ns?a=1,["a"]',
    ),
    *('42["connect"]', '42["disconnect"]', '42["*"]', '42["connect_error"]', '42["\\u0063onnect"]'),
    *('42/grid-game,["disconnect"]', '42/grid-game,3["connect",{}]', '42[ "connect"]'),
    "42" + "[" * 5000,
    '42["a",' + "[" * 5000 + "]" * 5000 + "]",
    '42["' + "e" * (MOST_NAME + 1) + '"]',
    "42" + "9" * 100 + '["a"]',
    '42["a",NaN]',
    *("40/grid-game,{", "401{}", "40/grid-game,1", "40nonsense", "40/a\n,{}"),
    *("411", "41/grid-game,{}"),
    *("43[]", "43", "431", "431{}", "431[", "43/ns,1"),
    *('44{"message":"x"}', "44"),
    *('450-["a"]', '451-["a",{"_placeholder":true,"num":0}]', '459999999999-["a"]', "461-1[]"),
]


@pytest.mark.parametrize("packet", GOOD, ids=repr)
def test_what_clients_send_passes(packet: str) -> None:
    assert not isinstance(check(packet), Fault)


@pytest.mark.parametrize("packet", FATAL, ids=repr)
def test_what_is_no_packet_is_fatal(packet: str) -> None:
    fault = check(packet)
    assert isinstance(fault, Fault)
    assert fault.fatal


@pytest.mark.parametrize("packet", STRIKES, ids=lambda p: repr(p[:40]))
def test_what_no_client_should_send_is_refused(packet: str) -> None:
    fault = check(packet)
    assert isinstance(fault, Fault)
    assert not fault.fatal


def test_binary_is_refused() -> None:
    fault = check(b"abc")
    assert isinstance(fault, Fault)
    assert not fault.fatal


@pytest.mark.parametrize(
    ("packet", "asked"),
    [
        ('42/grid-game,17["disconnect"]', ("/grid-game", 17)),
        ('421["disconnect"]', ("/", 1)),
        ("42/grid-game,5{}", ("/grid-game", 5)),
        ('452-/grid-game,8["x"]', ("/grid-game", 8)),
        ('45/grid-game,9["x"]', ("/grid-game", 9)),
        ("42{}", ("/", None)),
        ("x", ("/", None)),
    ],
    ids=str,
)
def test_who_waits_for_an_answer_is_known(packet: str, asked: tuple[str, int | None]) -> None:
    assert asked_under(packet) == asked
    fault = check(packet)
    assert isinstance(fault, Fault)
    assert (fault.namespace, fault.number) in (asked, ("/", None))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
pieces = st.one_of(
    st.sampled_from([*"0123456789", "4", "42", "40", "43", "45", "/", "/ns", ",", "-", "[", "]"]),
    st.sampled_from(
        ["{", "}", '"', "[]", "{}", '["a"]', '["connect"]', "1-", "\x1e", "/grid-game,"]
    ),
    json_values.map(json.dumps),
    st.text(max_size=4),
)
packets = st.lists(pieces, max_size=6).map("".join) | st.text(max_size=12)


@given(packets)
@example("42" + '["a",1e999]')
@example("40/,")
@example("43/,1[]")
@example('42/ns,7["a",{"b":1}]')
@example('42/,["a"]')
def test_the_libraries_take_what_passes_as_what_it_seems(packet: str) -> None:
    found = check(packet)
    if isinstance(found, Fault):
        return
    outer = EnginePacket(encoded_packet=packet)
    assert not outer.binary
    assert outer.packet_type in (1, 2, 3, 4, 5)
    if outer.packet_type != 4:
        return
    # python-engineio decodes a message that looks like JSON, and Socket.IO's begins with a digit.
    data: Any = outer.data if isinstance(outer.data, str) else packet[1:]
    inner = OurPacket(encoded_packet=data)
    assert inner.attachment_count == 0
    assert inner.packet_type in (0, 1, 2, 3)
    assert (inner.packet_type == 2) == (found is not None)
    if found is not None:
        namespace, number, arguments = found
        assert (namespace or "/", number, arguments) == (inner.namespace, inner.id, inner.data)
        assert isinstance(inner.data, list)
        assert isinstance(inner.data[0], str)
        assert inner.data[0] not in ("connect", "disconnect", "*")
    if inner.packet_type == 3:
        assert isinstance(inner.data, list)
        assert inner.id is not None
