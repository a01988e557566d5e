"""The ledger case by case where positions carry no numbers (protocol 1).

Not here: which move a position is (`test_numbering`), numbered moves (`test_ledger_ticks`).
"""

import pytest
from ledger_pair import A, B, C, everyone, pair_of

from gridcli.core.ledger import Ledger
from gridcli.core.protocol.names import DEMO
from gridcli.core.protocol.updates import Placed, Removed


def test_positions_are_numbered_by_counting() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, A), (3, B))]
    for at, cell in ((1.1, B), (1.2, A), (1.3, B)):
        ledger.saw(ben, Placed("ann", "K", cell), at)
    assert [move.seen_s for move in moves] == [[1.1], [1.2], [1.3]]


def test_a_lost_position_is_lost_and_the_next_ones_are_not() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, C), (3, A))]
    for at, cell in ((1.2, C), (1.3, A)):
        ledger.saw(ben, Placed("ann", "K", cell), at)
    assert [move.seen_s for move in moves] == [[], [1.2], [1.3]]


def test_what_cannot_be_told_apart_is_ambiguous_not_lost_and_not_seen() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [
        ledger.sent(ann, seq, 1.0, 1.0, cell)
        for seq, cell in ((1, B), (2, A), (3, B), (4, A), (5, C))
    ]
    # The first and the fourth never come. "A" is the second or the fourth, until "B" follows.
    for at, cell in ((1.2, A), (1.3, B), (1.5, C)):
        ledger.saw(ben, Placed("ann", "K", cell), at)
    assert [move.seen_s for move in moves] == [[], [], [1.3], [], [1.5]]
    assert [move.ambiguous for move in moves] == [1, 1, 0, 0, 0]


def test_a_walk_that_never_becomes_clear_ends_as_ambiguous() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(DEMO, ledger)
    walk = [ledger.sent(ann, 1, 1.0, 1.0, A)]  # against the edge, and again and again
    ledger.saw(ben, Placed("ann", "K", A), 1.1)
    newcomer = ledger.receiver()
    ledger.ask(newcomer)
    walk.append(ledger.sent(ann, 2, 1.2, 1.2, A))
    ledger.enter(newcomer, "cid", "lobby", everyone(DEMO, ann=A, ben=A, cid=A))
    ledger.saw(newcomer, Placed("cid", "K", A), 1.3)
    walk += [ledger.sent(ann, seq, 2.0, 2.0, A) for seq in (3, 4, 5)]
    for receiver, positions in ((ann, 5), (ben, 4), (newcomer, 3)):
        for _ in range(positions):
            ledger.saw(receiver, Placed("ann", "K", A), 2.1)
    ledger.sweep(9.0)
    assert [(move.owed, len(move.seen_s)) for move in walk] == [(2, 2)] * 2 + [(3, 2)] * 3
    assert [move.ambiguous for move in walk] == [0, 0, 1, 1, 1]
    assert ledger.counts.lost == 0


def test_an_arrival_is_no_move() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    ledger.saw(ben, Removed("ann"), 0.0)
    ledger.saw(ben, Placed("ann", "K", C), 1.0)
    ledger.saw(ben, Placed("stranger", "K", C), 1.0)
    ledger.saw(ben, Placed("stranger", "K", B), 1.0)
    move = ledger.sent(ann, 1, 2.0, 2.0, C)
    ledger.saw(ben, Placed("ann", "K", C), 2.1)
    assert move.seen_s == [2.1]


@pytest.mark.parametrize("before_asking", [True, False])
def test_a_step_that_a_state_does_not_include_yet_is_not_taken_for_the_next(
    before_asking: bool,
) -> None:
    ledger = Ledger()
    ann, _ = pair_of(DEMO, ledger)
    newcomer = ledger.receiver()
    if not before_asking:
        ledger.ask(newcomer)
    ledger.sent(ann, 1, 1.0, 1.0, B)
    if before_asking:
        ledger.ask(newcomer)
    ledger.enter(newcomer, "cid", "lobby", everyone(DEMO, ann=A, ben=A))
    ledger.saw(newcomer, Placed("cid", "K", A), 1.1)
    second = ledger.sent(ann, 2, 1.2, 1.2, B)
    ledger.saw(newcomer, Placed("ann", "K", B), 1.3)  # the first
    assert second.seen_s == []
    ledger.saw(newcomer, Placed("ann", "K", B), 1.4)
    assert second.seen_s == [1.4]


def test_one_who_lags_by_a_whole_stay_mistakes_no_old_step_for_a_new_one() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    for room, at in (("den", 1.0), ("lobby", 2.0), ("den", 3.0), ("lobby", 4.0)):
        ledger.ask(ann)
        ledger.enter(ann, "ann", room, everyone(DEMO, ann=A))
        ledger.saw(ann, Placed("ann", "K", A), at)
        if at == 2.0:
            ledger.sent(ann, 1, at, at, B)
    new = ledger.sent(ann, 2, 4.1, 4.1, B)
    ledger.saw(ben, Removed("ann"), 0.0)
    ledger.saw(ben, Placed("ann", "K", A), 5.0)  # it comes back for the first time
    ledger.saw(ben, Placed("ann", "K", B), 5.1)  # and makes its first step
    assert new.seen_s == []
    ledger.saw(ben, Removed("ann"), 0.0)
    ledger.saw(ben, Placed("ann", "K", A), 5.2)
    ledger.saw(ben, Placed("ann", "K", B), 5.3)
    assert new.seen_s == [5.3]


def test_our_own_steps_before_a_room_change_are_all_in_its_state() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, _ = pair_of(DEMO, ledger)
    for seq in (1, 2):
        ledger.sent(ann, seq, 1.0, 1.0, A)
    ledger.sweep(9.0)  # nobody saw them
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", everyone(DEMO, ann=A, ben=A))
    ledger.saw(ann, Placed("ann", "K", A), 9.1)
    moves = [ledger.sent(ann, seq, 10.0, 10.0, A) for seq in (3, 4)]
    ledger.saw(ann, Placed("ann", "K", A), 10.1)
    assert [move.seen_s for move in moves] == [[10.1], []]


def test_what_a_receiver_saw_unclearly_is_ambiguous_also_when_the_mover_leaves() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [
        ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, A), (3, B), (4, A))
    ]
    ledger.saw(ben, Placed("ann", "K", A), 1.2)  # the second, or the fourth
    ledger.leave(ann)
    assert [(move.owed, move.ambiguous) for move in moves] == [(1, 1)] * 4
    assert ledger.counts.excused == 4
