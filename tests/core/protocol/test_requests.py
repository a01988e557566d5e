"""Requests on the wire: round trips, and decoding of whatever comes."""

import json

import orjson
import pytest
from core_strategies import answers, json_values, mutations, requests
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import BadInput
from gridcli.core.geometry import Direction
from gridcli.core.protocol.answers import Answer, decode_answer, encode_answer
from gridcli.core.protocol.names import (
    BAD_PAYLOAD,
    BAD_ROOM,
    CHAT,
    DEMO,
    JOIN,
    LEAVE,
    LOBBY,
    MESSAGE,
    MOVEMENT,
    TICKS,
    TOO_LARGE,
)
from gridcli.core.protocol.requests import (
    GoTo,
    Hello,
    Request,
    Say,
    Step,
    decode_request,
    encode_request,
)

EVENTS = [MOVEMENT, JOIN, LEAVE, CHAT, MESSAGE]
events = st.sampled_from(EVENTS) | st.text(max_size=8)
protocols = st.sampled_from([DEMO, TICKS])
keys = st.sampled_from(["direction", "seq", "room", "text", "ok", "code"]) | st.text(max_size=3)


@given(requests)
def test_every_request_comes_back(request: Request) -> None:
    event, payload = encode_request(request)
    unnumbered = isinstance(request, Step) and request.seq is None
    decoded = decode_request(
        event, (orjson.loads(orjson.dumps(payload)),), DEMO if unnumbered else TICKS
    )
    assert decoded == request


@given(requests)
def test_both_json_writers_agree_on_requests(request: Request) -> None:
    _, payload = encode_request(request)
    assert json.loads(json.dumps(payload)) == orjson.loads(orjson.dumps(payload)) == payload


@given(answers)
def test_every_answer_comes_back(answer: Answer) -> None:
    payload = encode_answer(answer)
    assert decode_answer([orjson.loads(orjson.dumps(payload))]) == answer
    assert json.loads(json.dumps(payload)) == orjson.loads(orjson.dumps(payload))


@given(events, st.lists(json_values(keys), max_size=2), protocols)
def test_anything_is_decoded_or_refused(event: str, args: list[object], protocol: int) -> None:
    try:
        request = decode_request(event, args, protocol)
    except BadInput:
        return
    assert decode_request(*_again(request), protocol) == request


@given(st.data(), requests, protocols)
def test_spoilt_requests_are_decoded_or_refused(
    data: st.DataObject, request: Request, protocol: int
) -> None:
    event, payload = encode_request(request)
    try:
        decoded = decode_request(event, (data.draw(mutations(payload)),), protocol)
    except BadInput:
        return
    assert decode_request(*_again(decoded), protocol) == decoded


@given(st.lists(json_values(keys), max_size=2))
def test_any_answer_is_decoded_or_refused(args: list[object]) -> None:
    try:
        answer = decode_answer(args)
    except BadInput:
        return
    assert isinstance(answer.ok, bool)


def _again(request: Request) -> tuple[str, tuple[object, ...]]:
    event, payload = encode_request(request)
    return event, (payload,)


def test_the_words_of_the_wire() -> None:
    assert encode_request(Step(Direction.UP)) == ("movement", {"direction": "up"})
    assert encode_request(Step(Direction.LEFT, 7)) == ("movement", {"direction": "left", "seq": 7})
    assert encode_request(GoTo("den")) == ("join", {"room": "den"})
    assert encode_request(GoTo(LOBBY)) == ("leave", {})
    assert encode_request(Say("hi")) == ("chat", {"text": "hi"})
    assert encode_request(Hello()) == ("message", {})
    assert type(encode_request(Step(Direction.UP))[1]["direction"]) is str


def test_protocol_1_requires_as_little_as_the_demo_did() -> None:
    assert decode_request(MOVEMENT, [{"direction": "up"}], DEMO) == Step(Direction.UP)
    assert decode_request(MOVEMENT, [{"direction": "up", "seq": "x"}], DEMO) == Step(Direction.UP)
    assert decode_request(LEAVE, [{"room": "den"}], DEMO) == GoTo(LOBBY)
    assert decode_request(LEAVE, [], DEMO) == GoTo(LOBBY)
    assert decode_request(MESSAGE, ["anything"], DEMO) == Hello()


@pytest.mark.parametrize("seq", [None, 0, -1, 1.0, True, "1", 2**53 + 1, [1]])
def test_protocol_2_must_number_its_steps(seq: object) -> None:
    with pytest.raises(BadInput) as caught:
        decode_request(MOVEMENT, [{"direction": "up", "seq": seq}], TICKS)
    assert caught.value.code == BAD_PAYLOAD


@pytest.mark.parametrize(
    ("event", "payload", "protocol", "code"),
    [
        (MOVEMENT, None, DEMO, BAD_PAYLOAD),
        (MOVEMENT, {"direction": "Up"}, DEMO, BAD_PAYLOAD),
        (MOVEMENT, {"direction": ["up"]}, DEMO, BAD_PAYLOAD),
        (JOIN, {"room": "a b"}, TICKS, BAD_ROOM),
        (JOIN, {"room": 3}, TICKS, BAD_PAYLOAD),
        (JOIN, {"room": "x" * 5000}, TICKS, TOO_LARGE),
        (CHAT, {"text": "hi"}, DEMO, BAD_PAYLOAD),
        (CHAT, {"text": "x" * 241}, TICKS, TOO_LARGE),
        ("connect", {}, TICKS, BAD_PAYLOAD),
    ],
)
def test_refusals_have_their_code(event: str, payload: object, protocol: int, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_request(event, [payload], protocol)
    assert caught.value.code == code


def test_an_acknowledgement_without_content_means_done() -> None:
    assert decode_answer([]) == decode_answer([None]) == Answer(ok=True)
    with pytest.raises(BadInput):
        decode_answer([{"room": "den"}])
