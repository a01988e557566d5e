"""The ledger against one who knows the truth: what is owed, seen, lost, ambiguous, excused."""

from collections import Counter

import pytest
from core_strategies import ids
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_game import ROOMS, Game

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.ledger import Ledger, Receiver
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.updates import Delta, Placed, Removed, Status

whos = st.integers(0, 4)


def programs(protocols: list[int], *more: str) -> st.SearchStrategy[list[tuple[object, ...]]]:
    """Programs of a game, mostly of steps and deliveries, that begin with two players."""
    rooms = st.sampled_from(ROOMS)
    connect = st.tuples(st.just("connect"), whos, st.tuples(st.sampled_from(protocols), rooms))
    steps = st.tuples(st.just("step"), whos, st.sampled_from([str(d) for d in Direction]))
    acts = st.one_of(
        steps,
        steps,
        st.tuples(st.just("serve"), whos, st.integers(1, 4)),
        st.tuples(st.just("hear"), whos, st.integers(1, 6)),
        st.tuples(st.just("tick"), whos, rooms),
        connect,
        st.tuples(st.sampled_from(["go", *more]), whos, rooms),
    )
    start = st.lists(
        st.tuples(
            st.just("connect"),
            whos,
            st.tuples(st.sampled_from(protocols), st.just(ROOMS[0])),
        ),
        min_size=2,
        max_size=4,
    )
    return st.builds(lambda first, rest: first + rest, start, st.lists(acts, max_size=80))


grids = st.sampled_from([Grid(20, 10), Grid(3, 2), Grid(2, 1), Grid(1, 1)])


def check_sums(game: Game) -> None:
    counts, truth = game.ledger.counts, game.truth
    assert counts.owed == counts.seen + counts.lost + counts.ambiguous
    assert counts.moves == len(truth.sent)
    pairs = len(truth.seen) + len(truth.open) + len(truth.excused)
    assert counts.owed + counts.excused == pairs
    assert game.ledger.outstanding == 0


def times_by_truth(game: Game) -> dict[object, Counter[float]]:
    times: dict[object, Counter[float]] = {step: Counter() for step in game.truth.sent}
    for (step, _), at in game.truth.seen.items():
        times[step][at] += 1
    return times


@settings(max_examples=150)
@given(programs([TICKS], "end", "resume"), grids)
def test_protocol_2_is_exact(program: list[tuple[object, ...]], grid: Grid) -> None:
    game = Game(grid)
    game.run(program)
    game.settle()
    game.ledger.sweep(game.now_s)
    check_sums(game)
    counts = game.ledger.counts
    assert (counts.lost, counts.ambiguous, counts.late) == (0, 0, 0)
    assert counts.seen == len(game.truth.seen)
    assert counts.excused == len(game.truth.excused)
    assert not game.truth.open
    times = times_by_truth(game)
    for step, move in game.truth.sent.items():
        assert Counter(move.seen_s) == times[step]


@settings(max_examples=250)
@given(programs([DEMO, TICKS, DEMO], "end"), grids, st.booleans())
def test_both_protocols_lose_nothing_and_credit_nothing_wrong(
    program: list[tuple[object, ...]], grid: Grid, own_in_status: bool
) -> None:
    game = Game(grid, own_in_status=own_in_status)
    game.run(program)
    game.settle()
    game.ledger.sweep(1e12)
    check_sums(game)
    counts = game.ledger.counts
    assert (counts.lost, counts.late) == (0, 0)
    assert counts.seen <= len(game.truth.seen) <= counts.seen + counts.ambiguous
    times = times_by_truth(game)
    for step, move in game.truth.sent.items():
        assert Counter(move.seen_s) <= times[step]


@settings(max_examples=150)
@given(programs([TICKS], "drop", "drop", "end"), grids, st.integers(1, 3))
def test_protocol_2_counts_exactly_what_a_bad_channel_loses(
    program: list[tuple[object, ...]], grid: Grid, lossy: int
) -> None:
    game = Game(grid)
    game.run(program, lossy=lossy)
    game.settle()
    game.ledger.sweep(1e12)
    check_sums(game)
    counts = game.ledger.counts
    assert counts.lost == len(game.truth.open)
    assert {who for _, who in game.truth.open} <= {lossy}
    assert (counts.seen, counts.ambiguous) == (len(game.truth.seen), 0)
    times = times_by_truth(game)
    for step, move in game.truth.sent.items():
        assert Counter(move.seen_s) == times[step]


@settings(max_examples=200)
@given(programs([DEMO, TICKS], "drop", "drop", "end"), grids, st.integers(1, 3))
def test_protocol_1_never_credits_a_move_that_led_elsewhere(
    program: list[tuple[object, ...]], grid: Grid, lossy: int
) -> None:
    game = Game(grid)
    game.run(program, lossy=lossy)
    game.settle()
    game.ledger.sweep(1e12)
    check_sums(game)
    times = times_by_truth(game)
    credits: Counter[float] = Counter()
    for step, move in game.truth.sent.items():
        for at in move.seen_s:
            client, shows = game.truth.heard[at]
            if client.number != lossy or client.protocol == TICKS:
                assert times[step][at] == 1
                continue
            credits[at] += 1
            (shown,) = shows
            true_move = game.truth.sent[shown]
            assert (true_move.sender, true_move.room) == (move.sender, move.room)
            assert true_move.cell == move.cell
    assert not credits or max(credits.values()) == 1  # a position is one move
    # Nobody but the one with the bad channel has lost anything.
    assert {move.lost for move in game.truth.sent.values()} <= {0, 1}
    assert {who for _, who in game.truth.open} <= {lossy}


A, B, C = Cell(1, 1), Cell(2, 1), Cell(3, 1)


def everyone(protocol: int, **cells: Cell) -> Delta | Status:
    """A full state of a room where nobody has moved."""
    if protocol == DEMO:
        return Status(dict.fromkeys(cells, "K"), dict(cells))
    return Delta(0, len(cells), full=True)


def pair_of(protocol: int, ledger: Ledger) -> tuple[Receiver, Receiver]:
    """Ann and Ben in the lobby; in protocol 1 both have seen themselves arrive."""
    made = []
    for user_id in ("ann", "ben"):
        receiver = ledger.receiver()
        ledger.ask(receiver)
        ledger.enter(receiver, user_id, "lobby", everyone(protocol, ann=A, ben=A))
        if protocol == DEMO:
            ledger.saw_position(receiver, Placed(user_id, "K", A), 0.0)
        made.append(receiver)
    return made[0], made[1]


def tick(**seqs: int) -> Delta:
    return Delta(1, 2, cells=dict.fromkeys(seqs, A), seqs=dict(seqs))


def test_a_move_is_owed_to_everyone_in_the_room_the_mover_included() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    elsewhere = ledger.receiver()
    ledger.enter(elsewhere, "eve", "den", everyone(TICKS))
    move = ledger.sent(ann, 1, 0.9, 1.0)
    assert (move.owed, ledger.outstanding) == (2, 2)
    ledger.saw_delta(ann, tick(ann=1), 1.1)
    ledger.saw_delta(elsewhere, tick(ann=1), 1.15)
    ledger.saw_delta(ben, tick(ann=1), 1.2)
    assert move.seen_s == [1.1, 1.2]
    assert ledger.sweep(1.2) == [move]
    assert ledger.sweep(1.3) == []
    counts = ledger.counts
    assert (counts.moves, counts.owed, counts.seen, counts.lost) == (1, 2, 2, 0)


def test_patience_ends_and_what_comes_then_is_late() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(TICKS, ledger)
    move = ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw_delta(ann, tick(ann=1), 1.1)
    assert ledger.sweep(6.0) == []
    assert ledger.sweep(6.1) == [move]
    assert (ledger.counts.lost, ledger.counts.late, move.lost) == (1, 0, 1)
    ledger.saw_delta(ben, tick(ann=1), 6.2)
    assert (ledger.counts.lost, ledger.counts.late, ledger.counts.seen) == (1, 1, 1)


def test_the_first_state_that_reaches_a_move_shows_all_before_it_once() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0) for seq in (1, 2, 3)]
    for seq in (2, 2, 1, 3):
        ledger.saw_delta(ben, tick(ann=seq), float(seq))
    assert [move.seen_s for move in moves] == [[2.0], [2.0], [3.0]]


def test_a_full_state_after_a_gap_shows_moves_too() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    move = ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw_delta(ben, Delta(9, 2, full=True, cells={"ann": B}, seqs={"ann": 1}), 2.0)
    assert move.seen_s == [2.0]


def test_one_who_goes_away_excuses_what_it_has_not_seen_and_what_it_sent() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    seen, unseen, own = (
        ledger.sent(ann, 1, 1.0, 1.0),
        ledger.sent(ann, 2, 1.0, 1.0),
        ledger.sent(ben, 1, 1.0, 1.0),
    )
    ledger.saw_delta(ben, tick(ann=1), 1.1)
    ledger.leave(ben)
    ledger.leave(ben)
    assert (seen.owed, unseen.owed, own.owed) == (2, 1, 0)
    assert ledger.counts.excused == 3
    ledger.saw_delta(ann, tick(ann=2, ben=1), 1.2)
    assert ledger.counts.lost == ledger.counts.late == ledger.outstanding == 0
    assert ledger.counts.seen == 3


def test_a_room_change_goes_on_counting_and_a_new_connection_counts_anew() -> None:
    ledger = Ledger()
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw_delta(ben, tick(ann=1), 1.1)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", Delta(3, 2, full=True, seqs={"ann": 1}))
    back = Delta(2, 2, leaves=("ann",), cells={"ann": A}, seqs={"ann": 1})
    ledger.saw_delta(ben, back, 1.5)
    second = ledger.sent(ann, 2, 2.0, 2.0)
    ledger.saw_delta(ben, tick(ann=2), 2.1)
    assert second.seen_s == [2.1]

    ledger.forget(ann)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", everyone(TICKS))
    first = ledger.sent(ann, 1, 3.0, 3.0)
    again = [ledger.sent(ann, seq, 3.0, 3.0) for seq in (2, 3, 4)]
    ledger.saw_delta(ben, tick(ann=4), 3.1)  # still the old connection's fourth step
    assert first.seen_s == []
    ledger.saw_delta(ben, Delta(4, 1, leaves=("ann",)), 3.2)
    ledger.saw_delta(ben, tick(ann=2), 3.3)
    assert (first.seen_s, again[0].seen_s, again[1].seen_s) == ([3.3], [3.3], [])
    assert ledger.counts.late == 0


def test_positions_are_numbered_by_counting() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, A), (3, B))]
    for at, cell in ((1.1, B), (1.2, A), (1.3, B)):
        ledger.saw_position(ben, Placed("ann", "K", cell), at)
    assert [move.seen_s for move in moves] == [[1.1], [1.2], [1.3]]


def test_a_lost_position_is_lost_and_the_next_ones_are_not() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, C), (3, A))]
    for at, cell in ((1.2, C), (1.3, A)):
        ledger.saw_position(ben, Placed("ann", "K", cell), at)
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
        ledger.saw_position(ben, Placed("ann", "K", cell), at)
    assert [move.seen_s for move in moves] == [[], [], [1.3], [], [1.5]]
    assert [move.ambiguous for move in moves] == [1, 1, 0, 0, 0]


def test_a_walk_that_never_becomes_clear_ends_as_ambiguous() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(DEMO, ledger)
    walk = [ledger.sent(ann, 1, 1.0, 1.0, A)]  # against the edge, and again and again
    ledger.saw_position(ben, Placed("ann", "K", A), 1.1)
    newcomer = ledger.receiver()
    ledger.ask(newcomer)
    walk.append(ledger.sent(ann, 2, 1.2, 1.2, A))
    ledger.enter(newcomer, "cid", "lobby", everyone(DEMO, ann=A, ben=A, cid=A))
    ledger.saw_position(newcomer, Placed("cid", "K", A), 1.3)
    walk += [ledger.sent(ann, seq, 2.0, 2.0, A) for seq in (3, 4, 5)]
    for receiver, positions in ((ann, 5), (ben, 4), (newcomer, 3)):
        for _ in range(positions):
            ledger.saw_position(receiver, Placed("ann", "K", A), 2.1)
    ledger.sweep(9.0)
    assert [(move.owed, len(move.seen_s)) for move in walk] == [(2, 2)] * 2 + [(3, 2)] * 3
    assert [move.ambiguous for move in walk] == [0, 0, 1, 1, 1]
    assert ledger.counts.lost == 0


def test_an_arrival_is_no_move() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    ledger.saw_removed(ben, Removed("ann"))
    ledger.saw_position(ben, Placed("ann", "K", C), 1.0)
    ledger.saw_position(ben, Placed("stranger", "K", C), 1.0)
    ledger.saw_position(ben, Placed("stranger", "K", B), 1.0)
    move = ledger.sent(ann, 1, 2.0, 2.0, C)
    ledger.saw_position(ben, Placed("ann", "K", C), 2.1)
    assert move.seen_s == [2.1]


@given(st.lists(st.tuples(ids, st.integers(1, 9)), max_size=20))
def test_strangers_are_somebody_else_s_account(rows: list[tuple[str, int]]) -> None:
    ledger = Ledger()
    receiver = ledger.receiver()
    ledger.enter(receiver, "\0", "lobby", everyone(TICKS))
    for user_id, seq in rows:
        ledger.saw_delta(receiver, tick(**{user_id: seq}), 1.0)
    assert (ledger.counts.seen, ledger.counts.late, ledger.outstanding) == (0, 0, 0)


@pytest.mark.parametrize("protocol", [DEMO, TICKS])
def test_nothing_is_kept_of_what_has_long_ended(protocol: int) -> None:
    ledger = Ledger(patience_s=1.0)
    ann, ben = pair_of(protocol, ledger)
    for seq in range(1, 101):
        ledger.sent(ann, seq, float(seq), float(seq), A)
        for receiver in (ann, ben):
            if protocol == DEMO:
                ledger.saw_position(receiver, Placed("ann", "K", A), seq + 0.1)
            else:
                ledger.saw_delta(receiver, tick(ann=seq), seq + 0.1)
        ledger.sweep(seq + 0.5)
    kept = sum(len(moves) for moves in ledger._moves.values())
    assert kept <= 4
    assert ledger.counts.seen == 200


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
    ledger.saw_position(newcomer, Placed("cid", "K", A), 1.1)
    second = ledger.sent(ann, 2, 1.2, 1.2, B)
    ledger.saw_position(newcomer, Placed("ann", "K", B), 1.3)  # the first
    assert second.seen_s == []
    ledger.saw_position(newcomer, Placed("ann", "K", B), 1.4)
    assert second.seen_s == [1.4]


def test_one_who_lags_by_a_whole_stay_mistakes_no_old_step_for_a_new_one() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    for room, at in (("den", 1.0), ("lobby", 2.0), ("den", 3.0), ("lobby", 4.0)):
        ledger.ask(ann)
        ledger.enter(ann, "ann", room, everyone(DEMO, ann=A))
        ledger.saw_position(ann, Placed("ann", "K", A), at)
        if at == 2.0:
            ledger.sent(ann, 1, at, at, B)
    new = ledger.sent(ann, 2, 4.1, 4.1, B)
    ledger.saw_removed(ben, Removed("ann"))
    ledger.saw_position(ben, Placed("ann", "K", A), 5.0)  # it comes back for the first time
    ledger.saw_position(ben, Placed("ann", "K", B), 5.1)  # and makes its first step
    assert new.seen_s == []
    ledger.saw_removed(ben, Removed("ann"))
    ledger.saw_position(ben, Placed("ann", "K", A), 5.2)
    ledger.saw_position(ben, Placed("ann", "K", B), 5.3)
    assert new.seen_s == [5.3]


def test_what_was_lost_before_a_room_change_is_not_late_after_it() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, ben = pair_of(TICKS, ledger)
    ledger.sent(ann, 1, 1.0, 1.0)
    ledger.saw_delta(ben, tick(ann=1), 1.1)  # ann's own never comes
    ledger.sweep(7.0)
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", Delta(3, 2, full=True, seqs={"ann": 1}))
    ledger.saw_delta(ben, Delta(2, 2, leaves=("ann",), seqs={"ann": 1}, cells={"ann": A}), 8.0)
    assert (ledger.counts.lost, ledger.counts.late) == (1, 0)


def test_our_own_steps_before_a_room_change_are_all_in_its_state() -> None:
    ledger = Ledger(patience_s=5.0)
    ann, _ = pair_of(DEMO, ledger)
    for seq in (1, 2):
        ledger.sent(ann, seq, 1.0, 1.0, A)
    ledger.sweep(9.0)  # nobody saw them
    ledger.ask(ann)
    ledger.enter(ann, "ann", "lobby", everyone(DEMO, ann=A, ben=A))
    ledger.saw_position(ann, Placed("ann", "K", A), 9.1)
    moves = [ledger.sent(ann, seq, 10.0, 10.0, A) for seq in (3, 4)]
    ledger.saw_position(ann, Placed("ann", "K", A), 10.1)
    assert [move.seen_s for move in moves] == [[10.1], []]


def test_what_a_receiver_saw_unclearly_is_ambiguous_also_when_the_mover_leaves() -> None:
    ledger = Ledger()
    ann, ben = pair_of(DEMO, ledger)
    moves = [
        ledger.sent(ann, seq, 1.0, 1.0, cell) for seq, cell in ((1, B), (2, A), (3, B), (4, A))
    ]
    ledger.saw_position(ben, Placed("ann", "K", A), 1.2)  # the second, or the fourth
    ledger.leave(ann)
    assert [(move.owed, move.ambiguous) for move in moves] == [(1, 1)] * 4
    assert ledger.counts.excused == 4
