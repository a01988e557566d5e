"""The ledger case by case where ticks number the moves (protocol 2), and what it keeps.

Not here: positions without numbers (`test_ledger_positions`), whole games (`test_ledger`).
"""

import gc

import pytest
from core_strategies import ids
from hypothesis import given
from hypothesis import strategies as st
from ledger_pair import A, B, everyone, pair_of, tick

from gridcli.core import sharing
from gridcli.core.ledger import Ledger, Move, Showing
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.updates import Chat, Delta, Placed


def test_a_move_is_owed_to_everyone_in_the_room_the_mover_included() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    elsewhere = ledger.receiver()
    ledger.enter(elsewhere, "eve", "den", everyone(TICKS))
    move = ledger.sent(ann, 1, 0.9, 1.0)
    assert (move.owed, ledger.outstanding) == (2, 2)
    ledger.saw(ann, tick(1, ann=1), 1.1)
    ledger.saw(elsewhere, tick(1, ann=1), 1.15)
    ledger.saw(ben, tick(1, ann=1), 1.2)
    assert move.seen_s == [1.1, 1.2]
    assert ledger.sweep(1.2) == [move]
    assert ledger.sweep(1.3) == []
    counts = ledger.counts
    assert (counts.moves, counts.owed, counts.seen, counts.lost) == (1, 2, 2, 0)


def test_servers_of_one_grid_count_their_ticks_by_themselves() -> None:
    ledger = Ledger()
    ann, ben = ledger.receiver(), ledger.receiver()
    ledger.enter(ann, "ann", "lobby", Delta(1000, 2, full=True), "n1")
    ledger.enter(ben, "ben", "lobby", Delta(3, 2, full=True), "n2")
    ledger.saw(ben, tick(4, ann=7), 0.5)  # of an earlier connection of hers, heard of late
    first, second = ledger.sent(ann, 1, 1.0, 1.0), ledger.sent(ben, 1, 1.0, 1.0)
    ledger.saw(ben, tick(5, ann=7), 1.1)
    ledger.saw(ben, tick(6, ann=1, ben=1), 1.2)
    ledger.saw(ann, tick(1001, ann=1), 1.3)
    ledger.saw(ann, tick(1002, ben=1), 1.4)
    assert first.seen_s == [1.2, 1.3]
    assert second.seen_s == [1.2, 1.4]
    counts = ledger.counts
    assert (counts.ticks_lost, counts.ticks_doubled, counts.doubled) == (0, 0, 0)


def test_who_is_at_the_same_tick_on_another_server_is_not_in_the_same_state() -> None:
    ledger = Ledger()
    ann, ben, eve = (ledger.receiver() for _ in range(3))
    for receiver, user_id, node in ((ben, "ben", "n2"), (eve, "eve", "n1"), (ann, "ann", "n1")):
        at = 0 if receiver is not ann else 5
        ledger.enter(receiver, user_id, "lobby", Delta(at, 3, full=True), node)
    move = ledger.sent(ann, 1, 1.0, 1.0)
    shared = tick(1, ann=1)  # the same bytes from both, decoded once
    ledger.saw(ben, shared, 1.1)
    ledger.saw(eve, shared, 1.2)  # on her own node she came at tick 5: that is of an earlier stay
    assert move.seen_s == [1.1]


def test_moves_that_were_counted_are_gone_without_the_garbage_collector() -> None:
    # It stops the world to free them: 290 ms for what 40 s of 37 players left behind.
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for seq in range(1, 50):
            ledger.sent(ann, seq, float(seq), float(seq))
            for receiver in (ann, ben):
                ledger.saw(receiver, tick(seq, ann=seq), seq + 0.1)
            ledger.sweep(seq + 0.2)
        ledger.sweep(1e9)
        ledger.sweep(1e9)
        gc.collect()
        assert not [each for each in gc.garbage if isinstance(each, Move | Showing)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_patience_ends_and_what_comes_then_is_late() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(TICKS, ledger)
    move = ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw(ann, tick(1, ann=1), 1.1)
    assert ledger.sweep(6.0) == []
    assert ledger.sweep(6.1) == [move]
    assert (ledger.counts.lost, ledger.counts.late, move.lost) == (1, 0, 1)
    ledger.saw(ben, tick(1, ann=1), 6.2)
    assert (ledger.counts.lost, ledger.counts.late, ledger.counts.seen) == (1, 1, 1)


def test_the_first_state_that_reaches_a_move_shows_all_before_it_once() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0) for seq in (1, 2, 3)]
    for number, seq in enumerate((2, 2, 1, 3), 1):
        ledger.saw(ben, tick(number, ann=seq), float(number))
    assert [move.seen_s for move in moves] == [[1.0], [1.0], [4.0]]


def test_a_full_state_after_a_gap_shows_moves_too() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    move = ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw(ben, Delta(9, 2, full=True, cells={"ann": B}, seqs={"ann": 1}), 2.0)
    assert move.seen_s == [2.0]


def test_one_who_goes_away_excuses_what_it_has_not_seen_and_what_it_sent() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    seen, unseen, own = (
        ledger.sent(ann, 1, 1.0, 1.0),
        ledger.sent(ann, 2, 1.0, 1.0),
        ledger.sent(ben, 1, 1.0, 1.0),
    )
    ledger.saw(ben, tick(1, ann=1), 1.1)
    ledger.leave(ben)
    ledger.leave(ben)
    assert (seen.owed, unseen.owed, own.owed) == (2, 1, 0)
    ledger.saw(ann, tick(1, ann=2, ben=1), 1.2)
    ledger.sweep(1.2)
    assert ledger.counts.excused == 3
    assert ledger.counts.lost == ledger.counts.late == ledger.outstanding == 0
    assert ledger.counts.seen == 3


def test_a_room_change_goes_on_counting_and_a_new_connection_counts_anew() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw(ben, tick(1, ann=1), 1.1)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", Delta(3, 2, full=True, seqs={"ann": 1}))
    back = Delta(3, 2, leaves=("ann",), cells={"ann": A}, seqs={"ann": 1})
    ledger.saw(ben, back, 1.5)
    second = ledger.sent(ann, 2, 2.0, 2.0)
    ledger.saw(ben, tick(4, ann=2), 2.1)
    assert second.seen_s == [2.1]

    ledger.forget(ann)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", Delta(5, 2, full=True))
    first = ledger.sent(ann, 1, 3.0, 3.0)
    again = [ledger.sent(ann, seq, 3.0, 3.0) for seq in (2, 3, 4)]
    ledger.saw(ben, tick(5, ann=4), 3.1)  # still the old connection's fourth step
    assert first.seen_s == []
    ledger.saw(ben, Delta(6, 1, leaves=("ann",)), 3.2)
    ledger.saw(ben, tick(7, ann=2), 3.3)
    assert (first.seen_s, again[0].seen_s, again[1].seen_s) == ([3.3], [3.3], [])
    assert ledger.counts.late == 0


def test_what_was_lost_before_a_room_change_is_not_late_after_it() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw(ben, tick(1, ann=1), 1.1)  # ann's own never comes
    ledger.sweep(7.0)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", Delta(3, 2, full=True, seqs={"ann": 1}))
    ledger.saw(ben, Delta(3, 2, leaves=("ann",), seqs={"ann": 1}, cells={"ann": A}), 8.0)
    assert (ledger.counts.lost, ledger.counts.late) == (1, 0)


@given(st.lists(st.tuples(ids, st.integers(1, 9)), max_size=20))
def test_strangers_are_somebody_else_s_account(rows: list[tuple[str, int]]) -> None:
    ledger = Ledger()
    receiver = ledger.receiver()
    ledger.enter(receiver, "\0", "lobby", everyone(TICKS))
    for number, (user_id, seq) in enumerate(rows, 1):
        ledger.saw(receiver, tick(number, **{user_id: seq}), 1.0)
    assert (ledger.counts.seen, ledger.counts.late, ledger.outstanding) == (0, 0, 0)


@pytest.mark.parametrize("protocol", [DEMO, TICKS])
def test_nothing_is_kept_of_what_has_long_ended(protocol: int) -> None:
    ledger = Ledger(patience_s=1.0)
    ann, ben = pair_of(protocol, ledger)
    for seq in range(1, 101):
        ledger.sent(ann, seq, float(seq), float(seq), A)
        for receiver in (ann, ben):
            if protocol == DEMO:
                ledger.saw(receiver, Placed("ann", "K", A), seq + 0.1)
            else:
                ledger.saw(receiver, tick(seq, ann=seq), seq + 0.1)
        ledger.sweep(seq + 0.5)
    kept = sum(len(sender.moves) for sender in ledger._senders.values())
    assert kept <= 4
    assert ledger.counts.seen == 200


def test_ticks_that_are_lost_doubled_and_overtaken_are_told_apart() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0) for seq in (1, 2, 3, 4)]
    ticks = {number: tick(number, ann=number) for number in (1, 2, 3, 4)}
    for number, at in ((1, 1.1), (1, 1.2), (3, 1.3), (2, 1.4)):
        ledger.saw(ben, ticks[number], at)
    ledger.saw(ben, tick(6, ann=4), 1.5)
    counts = ledger.counts
    assert (counts.ticks_doubled, counts.ticks_reordered, counts.ticks_lost) == (1, 1, 2)
    assert (counts.doubled, counts.reordered) == (1, 1)
    assert [move.seen_s for move in moves] == [[1.1], [1.3], [1.3], [1.5]]
    between = ledger.pairs.between("ann", "ben")
    assert (between.doubled, between.reordered, between.lost) == (1, 1, 0)
    assert ledger.pairs.between("ann", "ann").total == 0


def test_a_lost_move_is_blamed_on_the_pair() -> None:
    ledger = Ledger(patience_s=1.0)
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw(ann, tick(1, ann=1), 1.1)
    ledger.sweep(3.0)
    ((sender, receiver, faults),) = ledger.pairs.worst(9)
    assert (sender, receiver, faults.lost, faults.late) == ("ann", "ben", 1, 0)
    ledger.saw(ben, tick(1, ann=1), 3.1)
    assert ledger.pairs.between("ann", "ben").late == 1


def test_ticks_out_of_all_proportion_are_counted_and_not_kept() -> None:
    ledger = Ledger()
    _, ben = pair_of(TICKS, ledger)
    ledger.saw(ben, tick(2**50, ann=1), 1.0)
    ledger.saw(ben, tick(2**50 + 1, ann=1), 1.1)
    assert ledger.counts.ticks_lost == 2**50 - 1


def test_receivers_share_a_view_wherever_they_came_in() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    first, second = tick(1, ann=1), tick(2, ann=1)
    for receiver in (ann, ben):
        ledger.saw(receiver, first, 1.1)
    assert ann.view is ben.view
    late = ledger.receiver()
    ledger.ask(late)
    ledger.enter(late, "eve", "lobby", Delta(1, 3, full=True, seqs={"ann": 1}))
    for receiver in (ann, ben, late):
        ledger.saw(receiver, second, 1.2)
    assert ann.view is ben.view is late.view


@pytest.mark.parametrize("how", ["chat", "old ticks"])
def test_what_leads_nowhere_is_not_remembered_for_ever(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "HELD", 8_000)
    ledger = Ledger()
    ann, _ = pair_of(TICKS, ledger)
    at = ann.view
    for number in range(1010):
        told = Chat("ann", "ann", str(number)) if how == "chat" else Delta(0, number)
        ledger.saw(ann, told, 1.0)
    assert ann.view is at is not None
    assert len(at.edges) < 1000
