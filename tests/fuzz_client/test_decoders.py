"""Everything that reads what a server sends, given what a hostile one would: only our errors.

Not here: well-formed packets, one kind at a time (`tests/core/protocol`).
"""

from random import Random

import pytest
from fuzz_client import broken
from fuzz_client.hostile import Corpus, mutated
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core import mirror as mirror_module
from gridcli.core.errors import BadInput, Excess
from gridcli.core.geometry import Cell, Grid
from gridcli.core.ledger import Ledger, Sequenced, sequences, ticks
from gridcli.core.ledger.positions import PositionView
from gridcli.core.ledger.sequences import SequenceView
from gridcli.core.ledger.ticks import TickView
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import decode_answer
from gridcli.core.protocol.auth import decode_refusal
from gridcli.core.protocol.bursts import take_read
from gridcli.core.protocol.fields import MAX_LABEL
from gridcli.core.protocol.frames import decode_frame
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.opening import NotUpgraded, read_opening
from gridcli.core.protocol.packets import (
    MAX_HEARTBEAT_MS,
    Ack,
    Connected,
    ConnectError,
    Disconnected,
    decode_handshake,
)
from gridcli.core.protocol.updates import Delta, Joiner, Placed, Removed, Status, Welcome
from gridcli.core.protocol.websocket import MAX_MESSAGE, FrameBuffer
from gridcli.core.recording import Flow
from gridcli.core.text import foreign
from gridcli.link.recorder import _line

PACKETS = 4000
HERE = Cell(1, 1)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(7, 150)


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "alone"])
def test_packets_into_a_mirror(corpus: Corpus, shared: bool) -> None:
    rng, mirror = Random(1), Mirror(shared=shared)
    mirror.apply(Welcome("own", "K", Grid(20, 10), TICKS))
    understood = 0
    for _ in range(PACKETS):
        packet = corpus.packet(rng)
        _line(0.0, 0, Flow.IN, packet)
        try:
            said = decode_frame(packet)
            if isinstance(said, Ack):
                decode_answer(said.args)
            elif isinstance(said, ConnectError):
                decode_refusal(said.data)
            elif said is not None and not isinstance(said, Connected | Disconnected):
                mirror.apply(said)
                understood += 1
        except BadInput:
            pass
        assert mirror.cells.keys() == mirror.who.keys()
        longest = max((len(who.name) for who in mirror.who.values()), default=0)
        assert max(longest, len(mirror.room), len(mirror.user_id)) <= MAX_LABEL
    assert understood > PACKETS / 20, "else the fuzz only knocks at the door"


def test_handshakes_and_refusals(corpus: Corpus) -> None:
    rng = Random(2)
    for _ in range(PACKETS // 4):
        try:
            handshake = decode_handshake(corpus.opening(rng).decode("utf-8", "replace"))
        except BadInput:
            continue
        most_s = MAX_HEARTBEAT_MS / 1000
        assert 0 < handshake.ping_interval_s <= most_s
        assert 0 < handshake.ping_timeout_s <= most_s
    for _ in range(PACKETS // 4):
        try:
            said = decode_frame(corpus.refusal(rng))
        except BadInput:
            continue
        assert isinstance(said, ConnectError)
        refusal = decode_refusal(said.data)
        assert refusal.text == foreign(refusal.text)
        assert refusal.code == foreign(refusal.code)


@pytest.mark.parametrize("reader", [FrameBuffer.feed, take_read], ids=["feed", "bursts"])
def test_bytes_that_are_no_websocket(reader: object) -> None:
    rng = Random(3)
    for number in range(10 * len(broken.FRAMES)):
        data = broken.FRAMES[number % len(broken.FRAMES)]
        if number >= len(broken.FRAMES):
            data = mutated(data[:3000], rng)
        frames, at = FrameBuffer(), 0
        while at < len(data):
            step = rng.choice([1, 7, 1000, 65536])
            piece, at = data[at : at + step], at + step
            frames.feed(piece) if reader is FrameBuffer.feed else take_read(frames, piece)
            held = len(frames._rest) + len(frames._message or b"")
            assert held <= 2 * MAX_MESSAGE


def test_answers_that_are_no_opening() -> None:
    rng, said = Random(4), set()
    for number in range(10 * len(broken.ANSWERS)):
        data = broken.ANSWERS[number % len(broken.ANSWERS)][:70_000]
        if number >= len(broken.ANSWERS):
            data = mutated(data, rng)
        try:
            assert read_opening(data, bytes(16)) is None
        except NotUpgraded as error:
            said.add(error.text)
    assert all(text == foreign(text) for text in said)


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    for prefix in (b"", b'42/grid-game,["chat",', b"43/grid-game,1[", b"44/grid-game,"):
        try:
            decode_frame(prefix + data)
        except BadInput:
            pass


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "alone"])
def test_a_crowd_is_bounded(monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    monkeypatch.setattr(mirror_module, "MAX_PLAYERS", 50)
    mirror = Mirror(shared=shared)
    for number in range(50):
        mirror.apply(Placed(f"p{number}", "B", HERE))
    with pytest.raises(Excess, match="more than 50 players; leaving"):
        mirror.apply(Placed("one more", "B", HERE))
    joins = [Joiner(f"j{n}", "B", HERE, "") for n in range(51)]
    with pytest.raises(Excess):
        mirror.apply(Delta(1, 51, full=True, joins=joins))
    mirror.apply(Status({}, {}))
    assert len(mirror.cells) == 0


def test_a_client_alone_sees_what_others_see() -> None:
    alone, other = Mirror(shared=False), Mirror()
    rng = Random(5)
    for _ in range(300):
        user_id, cell = f"u{rng.randrange(9)}", Cell(rng.randint(1, 9), 1)
        update = Placed(user_id, "B", cell) if rng.random() < 0.8 else Removed(user_id)
        for mirror in (alone, other):
            mirror.apply(update)
        assert (alone.cells, alone.who) == (other.cells, other.who)


def test_numbers_of_a_hostile_server_are_not_counted_up_to() -> None:
    ledger = Ledger()
    ann = ledger.receiver()
    ledger.enter(ann, "ann", "den", Delta(1, 1, full=True))
    move = ledger.sent(ann, 1, 0.0, 0.0)
    far = 2**53
    ledger.saw(ann, Delta(2, 1, cells={"ann": HERE}, seqs={"ann": far}), 1.0)
    assert move.seen == 1
    second = ledger.sent(ann, 2, 1.0, 1.0)
    assert second.seen == 0, "it was not sent when the server claimed to have it"
    ledger.saw(ann, Delta(far, 1), 2.0)
    assert ledger.counts.ticks_lost == far - 3
    bob = ledger.receiver()
    ledger.enter(bob, "bob", "den", None)
    for seq in (far, 1, far - 1, 2**70):
        ledger.saw(bob, Sequenced("elsewhere", seq), 3.0)
    assert isinstance(bob.view, SequenceView)
    assert sum(len(heard.missing) for heard in bob.view.others.values()) < 3000


def test_gaps_and_strangers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "MOST_OTHERS", 40)
    monkeypatch.setattr(sequences, "MOST_OTHERS", 40)
    monkeypatch.setattr(sequences, "MOST_HOLES", 500)
    ledger = Ledger()
    ann, bob, cid = ledger.receiver(), ledger.receiver(), ledger.receiver()
    ledger.enter(ann, "ann", "den", Delta(1, 1, full=True))
    ledger.enter(bob, "bob", "hut", None)
    ledger.enter(cid, "cid", "inn", Status({}, {}))
    for number in range(1, 200):
        ledger.saw(ann, Delta(900 * number, 1, seqs={f"u{number}": 1}), 1.0)
        ledger.saw(bob, Sequenced(f"u{number % 60}", 90 * number), 1.0)
        ledger.saw(cid, Placed(f"u{number}", "B", HERE), 1.0)
        ledger.saw(cid, Removed(f"u{number}"), 1.0)
    assert isinstance(ann.view, TickView)
    assert ann.view.missing <= ticks.MOST_MISSING
    assert len(ann.view.others) <= 40
    assert isinstance(bob.view, SequenceView)
    assert len(bob.view.others) <= 40
    assert sum(len(heard.missing) for heard in bob.view.others.values()) <= 500
    assert isinstance(cid.view, PositionView)
    assert len(cid.view) < 5
    assert ledger.counts.ticks_lost > 100_000


def test_whoever_left_is_not_followed_any_more_and_is_followed_anew() -> None:
    ledger = Ledger()
    ann = ledger.receiver()
    ledger.enter(ann, "ann", "den", Delta(1, 1, full=True))
    ledger.saw(ann, Delta(2, 1, seqs={"eve": 7}), 1.0)
    ledger.saw(ann, Delta(3, 1, leaves=["eve"]), 1.0)
    assert isinstance(ann.view, TickView)
    assert ann.view.others == {}
    ledger.saw(ann, Delta(4, 1, seqs={"eve": 1}), 1.0)
    assert ann.view.others == {"eve": 1}
