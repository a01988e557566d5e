"""Engine.IO and Socket.IO framing, checked against python-socketio's own."""

from contextlib import suppress

import orjson
import pytest
from core_strategies import auths, json_values, requests, updates
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
)

from gridcli.core.errors import BadInput
from gridcli.core.protocol.auth import Auth, encode_auth
from gridcli.core.protocol.frames import decode_frame
from gridcli.core.protocol.names import GRID_DELTA, MOVEMENT, NAMESPACE
from gridcli.core.protocol.packets import (
    MESSAGE,
    Ack,
    Connected,
    ConnectError,
    Disconnected,
    Event,
    Handshake,
    decode_handshake,
    decode_packet,
    encode_connect,
    encode_disconnect,
    encode_event,
)
from gridcli.core.protocol.requests import Request, encode_request
from gridcli.core.protocol.updates import Delta, Update, encode_update

arguments = st.lists(
    json_values(st.text(max_size=3)).filter(lambda value: _plain(value)), max_size=3
)
ack_ids = st.integers(0, 2**40)


def _plain(value: object) -> bool:
    """Whether JSON keeps the value: no NaN, no infinity, no lone surrogate."""
    try:
        return bool(orjson.loads(orjson.dumps(value)) == value)
    except (TypeError, ValueError):
        return False


def _by_socketio(kind: int, data: object, ack_id: int | None = None) -> str:
    return MESSAGE + Packet(kind, data, namespace=NAMESPACE, id=ack_id).encode()


def _to_socketio(frame: str) -> Packet:
    assert frame[0] == MESSAGE
    return Packet(encoded_packet=frame[1:])


@given(requests, st.none() | ack_ids)
def test_socketio_reads_our_events(request: Request, ack_id: int | None) -> None:
    event, payload = encode_request(request)
    packet = _to_socketio(encode_event(event, payload, ack_id=ack_id))
    assert (packet.packet_type, packet.namespace) == (EVENT, NAMESPACE)
    assert (packet.data, packet.id) == ([event, payload], ack_id)


@given(auths)
def test_socketio_reads_our_connect(auth: Auth) -> None:
    packet = _to_socketio(encode_connect(encode_auth(auth)))
    assert (packet.packet_type, packet.namespace) == (CONNECT, NAMESPACE)
    assert packet.data == encode_auth(auth)


def test_socketio_reads_our_disconnect() -> None:
    packet = _to_socketio(encode_disconnect())
    assert (packet.packet_type, packet.namespace) == (DISCONNECT, NAMESPACE)


@given(updates, st.none() | ack_ids)
def test_we_read_events_of_socketio(update: Update, ack_id: int | None) -> None:
    event, payload = encode_update(update)
    packet = decode_packet(_by_socketio(EVENT, [event, payload], ack_id))
    assert packet == Event(event, (orjson.loads(orjson.dumps(payload)),))


@given(arguments, ack_ids)
def test_we_read_acknowledgements_of_socketio(args: list[object], ack_id: int) -> None:
    assert decode_packet(_by_socketio(ACK, args, ack_id)) == Ack(ack_id, tuple(args))


def test_we_read_the_rest_of_socketio() -> None:
    assert decode_packet(_by_socketio(CONNECT, {"sid": "x"})) == Connected("x")
    assert decode_packet(_by_socketio(DISCONNECT, None)) == Disconnected()
    error = {"message": "no", "data": {"code": "full", "text": "no"}}
    assert decode_packet(_by_socketio(CONNECT_ERROR, error)) == ConnectError(error)
    assert decode_packet(f"44{NAMESPACE}") == ConnectError(None)
    assert decode_packet("40/other,{}") is None
    assert decode_packet('42["message",{}]') is None
    assert decode_packet(f'42{NAMESPACE}-2,["message",{{}}]') is None


rests = st.text(max_size=20) | json_values(st.text(max_size=3)).filter(_plain).map(
    lambda value: orjson.dumps(value).decode()
)
frames = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "0", "2", "40", "41", "42", "43", "44", "45", "4", "9"]),
    st.sampled_from(["", f"{NAMESPACE},", NAMESPACE, "/other,"]),
    st.sampled_from(["", "0", "17", "-1", "٣", "9" * 30, "1-"]),
    rests,
)


@given(frames | st.text(max_size=30) | st.text(st.characters(), max_size=10))
def test_any_frame_is_decoded_or_refused(frame: str) -> None:
    for decode in (decode_packet, decode_handshake, decode_frame):
        with suppress(BadInput):
            decode(frame)


@pytest.mark.parametrize(
    "rest",
    ["[]", "[1]", "{}", '"x"', "", "nonsense", '["x"', "[NaN]", '["\\ud800"]', '["\ud800"]'],
)
def test_an_event_needs_a_name_in_a_list(rest: str) -> None:
    with pytest.raises(BadInput):
        decode_packet(f"42{NAMESPACE},{rest}")


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(BadInput):
        decode_packet(f"42{NAMESPACE}," + "[" * 100_000)


def test_binary_packets_are_refused() -> None:
    with pytest.raises(BadInput):
        decode_packet(f'451-{NAMESPACE},["x",{{"_placeholder":true,"num":0}}]')


def test_the_handshake() -> None:
    body = {"sid": "s", "upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000}
    frame = "0" + orjson.dumps(body).decode()
    assert decode_handshake(frame) == Handshake("s", 25.0, 20.0, ("websocket",))
    for key, bad in (("sid", ""), ("pingInterval", 0), ("pingTimeout", None), ("upgrades", "x")):
        with pytest.raises(BadInput):
            decode_handshake("0" + orjson.dumps({**body, key: bad}).decode())
    with pytest.raises(BadInput):
        decode_handshake("2probe")


def test_equal_frames_are_decoded_once() -> None:
    frame = encode_event(*encode_update(Delta(7, 1)))
    first = decode_frame(frame)
    assert first == Delta(7, 1, joins=())
    assert decode_frame("".join(list(frame))) is first
    assert decode_frame(frame.encode()) == first
    assert decode_frame(bytes(bytearray(frame.encode()))) is decode_frame(frame.encode())


def test_what_is_not_the_games_is_passed_over() -> None:
    assert decode_frame(f'42{NAMESPACE},["weather",{{"rain":true}}]') is None
    assert decode_frame('42["grid_delta",{}]') is None
    assert decode_frame(encode_event(MOVEMENT, {})) is None
    assert decode_frame(f'43{NAMESPACE},5[{{"ok":true}}]') == Ack(5, ({"ok": True},))


@pytest.mark.parametrize("frame", [f"42{NAMESPACE},[", b"\xff\xfe", encode_event(GRID_DELTA, 5)])
def test_a_wrong_frame_is_refused_each_time(frame: str | bytes) -> None:
    for _ in range(2):
        with pytest.raises(BadInput):
            decode_frame(frame)
