"""The format of recordings: what is written is read back, from whole files and from cut ones."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Direction
from gridcli.core.protocol.auth import Auth, encode_auth
from gridcli.core.protocol.packets import encode_connect, encode_disconnect, encode_event
from gridcli.core.protocol.requests import GoTo, Step, encode_request
from gridcli.core.reading import BadRecording, Reading
from gridcli.core.recording import Entry, Flow, Header, encode_entry, encode_header, entry_of

HEADER = Header("2026-11-22T10:00:00+00:00", "bots", "0.1.0", "http://127.0.0.1:1", players=3)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
ENTRIES = st.builds(
    Entry,
    st.integers(0, 10**12).map(lambda us: us / 1e6),
    st.integers(0, 10**6),
    st.sampled_from(Flow),
    TEXTS,
    PAYLOADS,
    st.none() | st.integers(0, 2**31),
)
HEADERS = st.builds(
    Header,
    started=TEXTS,
    tool=TEXTS,
    version=TEXTS,
    server=TEXTS,
    players=st.integers(0, 10**6),
    room=TEXTS,
    protocol=st.integers(0, 9),
    script=TEXTS,
    seed=st.none() | st.integers(-(2**63), 2**63),
    rate=st.none() | st.floats(0, 1e6),
    incoming=st.none() | st.lists(st.integers(0, 1000), max_size=5).map(tuple),
)


def lines_of(header: Header, entries: list[Entry]) -> list[bytes]:
    return [encode_header(header), *map(encode_entry, entries)]


@given(HEADERS, st.lists(ENTRIES, max_size=5))
def test_what_is_written_is_read(header: Header, entries: list[Entry]) -> None:
    lines = lines_of(header, entries)
    assert all(line.count(b"\n") == 1 for line in lines)
    reading = Reading(lines)
    assert reading.header == header
    assert list(reading) == entries
    assert not reading.cut_off


@given(st.lists(ENTRIES, min_size=1, max_size=5), st.data())
def test_a_cut_off_file_is_read_up_to_its_end(entries: list[Entry], data: st.DataObject) -> None:
    lines = lines_of(HEADER, entries)
    whole = b"".join(lines)
    at = data.draw(st.integers(len(lines[0]), len(whole)))
    reading = Reading(whole[:at].splitlines(keepends=True))
    found = list(reading)
    assert found == entries[: len(found)]
    ends = [len(b"".join(lines[:n])) for n in range(1, len(lines) + 1)]
    assert reading.cut_off == (at not in ends)
    # A line that only lacks its end is whole.
    assert len(found) == sum(at >= end - 1 for end in ends[1:])


@given(st.lists(ENTRIES, min_size=2, max_size=6), st.data())
def test_a_broken_line_before_the_last_is_named(entries: list[Entry], data: st.DataObject) -> None:
    lines = lines_of(HEADER, entries)
    broken = data.draw(st.integers(1, len(lines) - 2))
    lines[broken] = lines[broken][: data.draw(st.integers(1, len(lines[broken]) - 2))] + b"\n"
    reading = Reading(lines)
    found = []
    with pytest.raises(BadRecording, match=rf"^line {broken + 1} is not JSON$"):
        found.extend(reading)
    assert found == entries[: broken - 1]
    assert not reading.cut_off


def test_lines_are_read_one_by_one() -> None:
    asked = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal asked
        yield encode_header(HEADER)
        while True:
            asked += 1
            yield encode_entry(Entry(asked, 0, Flow.OUT, "x"))

    entries = iter(Reading(endless()))
    assert [next(entries).time_s for _ in range(3)] == [1, 2, 3]
    assert asked <= 4


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "line 1 is not the header"),
        (b"[1]\n", "line 1 is not the header"),
        (b'{"some":"JSON"}\n', "line 1 is not the header"),
        (b"\x00\xff\n", "line 1 is not the header"),
        (encode_header(HEADER)[:-10], "line 1 is not the header"),
        (b'{"gridcli_recording":2}\n', "of version 2; this gridcli reads version 1"),
        (b'{"gridcli_recording":"new"}\n', "of version 'new'; this gridcli reads version 1"),
        (b'{"gridcli_recording":1}\n', "line 1: 'started'"),
        (encode_header(HEADER).replace(b'"players":3', b'"players":-1'), "line 1: 'players'"),
        (encode_header(HEADER).replace(b'"seed":null', b'"seed":"x"'), "line 1: 'seed'"),
        (encode_header(HEADER).replace(b'"rate":null', b'"rate":"x"'), "line 1: 'rate'"),
        (encode_header(HEADER).replace(b'"incoming":null', b'"incoming":3'), "line 1: 'incoming'"),
    ],
)
def test_what_is_no_recording_says_so(line: bytes, said: str) -> None:
    with pytest.raises(BadRecording, match=said):
        Reading([line] if line else [])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ([1, 2], "line 2 is not an entry"),
        ({}, "line 2: 'direction'"),
        ({"direction": "up"}, "line 2: 'direction'"),
        ({"direction": "out"}, "line 2: 'time_s'"),
        ({"direction": "out", "time_s": -1}, "line 2: 'time_s'"),
        ({"direction": "out", "time_s": True}, "line 2: 'time_s'"),
        ({"direction": "out", "time_s": 1}, "line 2: 'player'"),
        ({"direction": "out", "time_s": 1, "player": 1.5}, "line 2: 'player'"),
        ({"direction": "out", "time_s": 1, "player": 0}, "line 2: 'event'"),
        (
            {"direction": "out", "time_s": 1, "player": 0, "event": "x", "ack_id": "1"},
            "line 2: 'ack_id'",
        ),
    ],
)
def test_a_wrong_entry_is_named_even_when_it_is_the_last(entry: object, said: str) -> None:
    with pytest.raises(BadRecording, match=said):
        list(Reading([encode_header(HEADER), orjson.dumps(entry) + b"\n"]))


def test_what_later_versions_may_add_is_passed_over() -> None:
    header = orjson.dumps({**orjson.loads(encode_header(HEADER)), "colour": "blue"}) + b"\n"
    entry = Entry(1.0, 2, Flow.IN, "x", [1])
    line = orjson.dumps({**orjson.loads(encode_entry(entry)), "size": 7}) + b"\n"
    reading = Reading([header, b"\n", line])
    assert reading.header == HEADER
    assert list(reading) == [entry]


@pytest.mark.parametrize(
    ("flow", "frame", "event", "payload", "ack_id"),
    [
        (
            Flow.OUT,
            encode_event(*encode_request(Step(Direction.UP, 7))),
            "movement",
            {"direction": "up", "seq": 7},
            None,
        ),
        (
            Flow.OUT,
            encode_event(*encode_request(GoTo("den")), ack_id=12),
            "join",
            {"room": "den"},
            12,
        ),
        (Flow.IN, encode_event("users_connected", 3), "users_connected", 3, None),
        (Flow.IN, encode_event("l_users", 3).encode(), "l_users", 3, None),
        (Flow.IN, '42/grid-game,["x"]', "x", None, None),
        (Flow.IN, '43/grid-game,12[{"ok":true}]', "ack", {"ok": True}, 12),
        (Flow.OUT, "40/grid-game,", "connect", None, None),
        (Flow.IN, '40/grid-game,{"sid":"abc"}', "connect", {"sid": "abc"}, None),
        (Flow.IN, '44/grid-game,{"message":"no"}', "connect_error", {"message": "no"}, None),
        (Flow.OUT, encode_disconnect(), "disconnect", None, None),
        (Flow.IN, '42/other,["x",1]', "frame", '42/other,["x",1]', None),
        (Flow.IN, "42/grid-game,[broken", "frame", "42/grid-game,[broken", None),
        (Flow.IN, b"4\xff", "frame", "4\ufffd", None),
    ],
)
def test_frames_become_entries(
    flow: Flow, frame: str | bytes, event: str, payload: object, ack_id: int | None
) -> None:
    assert entry_of(1.5, 4, flow, frame) == Entry(1.5, 4, flow, event, payload, ack_id)


def test_tokens_are_left_out() -> None:
    auth = Auth(2, name="ann", token="secret-1", resume="secret-2")
    sent = entry_of(0.0, 0, Flow.OUT, encode_connect(encode_auth(auth)))
    assert sent.payload == encode_auth(replace(auth, token="", resume=""))
    heard = entry_of(0.0, 0, Flow.IN, encode_event("message", {"userId": "u", "resume": "secret"}))
    assert heard.payload == {"userId": "u"}


@given(st.floats(0, 1e6))
def test_times_are_kept_to_the_microsecond(time_s: float) -> None:
    line = encode_entry(Entry(time_s, 0, Flow.OUT, "x"))
    (entry,) = Reading([encode_header(HEADER), line])
    assert abs(entry.time_s - time_s) <= 0.51e-6
