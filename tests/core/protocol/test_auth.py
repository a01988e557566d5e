"""What travels with CONNECT."""

import json

import orjson
import pytest
from core_strategies import auths, json_values, lines, mutations
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import BadInput, Refusal
from gridcli.core.protocol.auth import (
    Auth,
    decode_auth,
    decode_refusal,
    encode_auth,
    encode_refusal,
)
from gridcli.core.protocol.names import (
    BAD_NAME,
    BAD_PAYLOAD,
    BAD_ROOM,
    CODES,
    LOBBY,
    REFUSED,
    TICKS,
)

keys = st.sampled_from(
    ["protocol", "name", "room", "token", "resume", "spectate", "code", "text", "data", "message"]
)


@given(auths)
def test_every_auth_comes_back(auth: Auth) -> None:
    payload = encode_auth(auth)
    assert decode_auth(orjson.loads(orjson.dumps(payload))) == auth
    assert json.loads(json.dumps(payload)) == orjson.loads(orjson.dumps(payload))


@given(json_values(keys))
def test_anything_is_decoded_or_refused(data: object) -> None:
    try:
        auth = decode_auth(data)
    except BadInput:
        return
    assert decode_auth(encode_auth(auth)) == auth


@given(st.data(), auths)
def test_a_spoilt_auth_is_decoded_or_refused(data: st.DataObject, auth: Auth) -> None:
    try:
        decoded = decode_auth(data.draw(mutations(encode_auth(auth))))
    except BadInput:
        return
    assert decode_auth(encode_auth(decoded)) == decoded


@given(st.sampled_from(sorted(CODES)), lines)
def test_every_refusal_comes_back(code: str, text: str) -> None:
    payload = encode_refusal(Refusal(code, text))
    # python-socketio wraps it on the way; other servers send it as it is.
    for data in (payload, {"message": "refused", "data": payload}):
        refusal = decode_refusal(orjson.loads(orjson.dumps(data)))
        assert (refusal.code, refusal.text) == (code, text)


@given(json_values(keys))
def test_any_refusal_is_understood_somehow(data: object) -> None:
    refusal = decode_refusal(data)
    assert isinstance(refusal.code, str)
    assert isinstance(refusal.text, str)


def test_a_client_that_says_nothing_gets_protocol_1() -> None:
    for data in (None, {}, "token", 3, [2], {"name": 5}, {"protocol": None}, {"protocol": 1}):
        assert decode_auth(data) == Auth()
    assert encode_auth(Auth()) is None


def test_a_token_is_all_that_counts_of_protocol_1() -> None:
    for more in ({}, {"protocol": 1, "name": "x" * 99}, {"room": 5, "protocol": None}):
        assert decode_auth({"token": "of ours", **more}) == Auth(token="of ours")
    for odd in (5, None, ["of ours"], "x" * 5000, "\ud800"):
        assert decode_auth({"token": odd}) == Auth()
    assert encode_auth(Auth(token="of ours")) == {"token": "of ours"}


def test_a_client_newer_than_us_gets_our_newest() -> None:
    assert decode_auth({"protocol": 3}).protocol == TICKS


def test_defaults_stay_off_the_wire() -> None:
    assert encode_auth(Auth(TICKS)) == {"protocol": 2}
    assert decode_auth({"protocol": 2}) == Auth(TICKS, room=LOBBY)
    assert decode_auth({"protocol": 2, "room": ""}).room == LOBBY


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"protocol": "2"}, BAD_PAYLOAD),
        ({"protocol": 0}, BAD_PAYLOAD),
        ({"protocol": True}, BAD_PAYLOAD),
        ({"protocol": 2, "name": "x" * 25}, BAD_NAME),
        ({"protocol": 2, "name": "\x1b"}, BAD_NAME),
        ({"protocol": 2, "name": 5}, BAD_PAYLOAD),
        ({"protocol": 2, "room": "a b"}, BAD_ROOM),
        ({"protocol": 2, "spectate": 1}, BAD_PAYLOAD),
        ({"protocol": 2, "token": "\ud800"}, BAD_PAYLOAD),
        ({"protocol": 2, "resume": "\ud800"}, BAD_PAYLOAD),
    ],
)
def test_bad_wishes(wish: object, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_auth(wish)
    assert caught.value.code == code


def test_a_foreign_refusal_keeps_its_words() -> None:
    assert decode_refusal("go away").text == "go away"
    assert decode_refusal({"message": "go away"}).text == "go away"
    assert decode_refusal({"message": "go away", "data": [1]}).text == "go away"


@pytest.mark.parametrize("data", [None, "go away", {"message": "go away"}, {"data": {"code": 1}}])
def test_a_refusal_of_another_make_has_no_code_of_ours(data: object) -> None:
    assert decode_refusal(data).code == REFUSED
    assert REFUSED not in CODES


def test_what_a_server_says_of_itself_is_one_printable_line() -> None:
    refusal = decode_refusal({"code": "full\x1b[2J", "text": "a\nb\x9b31m" + "x" * 500})
    assert refusal.code == "full[2J"
    assert refusal.text.startswith("a b31m")
    assert str(refusal).isprintable()
    assert len(refusal.text) <= 240
