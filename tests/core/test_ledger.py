"""The ledger against one who knows the truth: what is owed, seen, lost, ambiguous, excused.

Not here: case by case, protocol 2 (`test_ledger_ticks`) and protocol 1 (`test_ledger_positions`).
"""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_game import ROOMS, Game

from gridcli.core.geometry import Direction, Grid
from gridcli.core.protocol.names import DEMO, TICKS

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
@given(programs([DEMO, TICKS, DEMO], "end", "read", "rush", "away"), grids, st.booleans())
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


@settings(max_examples=250)
@given(programs([DEMO], "end", "read", "rush", "away", "drop"), grids, st.integers(0, 3))
def test_positions_that_come_in_one_read_mean_the_same_as_one_by_one(
    program: list[tuple[object, ...]], grid: Grid, lossy: int
) -> None:
    games = [Game(grid, bursts=bursts) for bursts in (True, False)]
    for game in games:
        game.run(program, lossy=lossy)
        game.settle()
        game.ledger.sweep(1e12)
        check_sums(game)
    together, apart = games
    assert together.ledger.counts == apart.ledger.counts
    assert together.ledger.pairs.worst(99) == apart.ledger.pairs.worst(99)
    assert [client.mirror.cells for client in together.clients] == [
        client.mirror.cells for client in apart.clients
    ]


@settings(max_examples=150)
@given(programs([TICKS], "drop", "drop", "double", "swap", "end"), grids, st.integers(1, 3))
def test_protocol_2_counts_exactly_what_a_bad_channel_does(
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
    truth = game.truth
    missing = sum(truth.missing(client) for client in game.clients if client.live_in)
    assert counts.ticks_lost == truth.ticks_lost + missing
    assert counts.ticks_doubled == truth.ticks_doubled
    assert counts.ticks_reordered == truth.ticks_reordered
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


def test_who_arrives_in_the_midst_of_a_read_is_numbered_from_its_arrival() -> None:
    game = Game(Grid(20, 10))
    watcher, comer = game.connect(DEMO, "lobby"), game.connect(DEMO, "den")
    game.settle()
    for _ in range(3):
        game.step(comer, Direction.RIGHT)
    game.settle()
    game.go(comer, "lobby")
    game.serve(comer)
    while comer.down:
        game.hear(comer)
    for _ in range(2):
        game.step(comer, Direction.RIGHT)
        game.serve(comer)
    game.read(watcher)
    assert [len(burst) for burst in game.made_bursts.values()] == [3]
    game.settle()
    game.ledger.sweep(1e12)
    check_sums(game)
    counts = game.ledger.counts
    assert (counts.owed, counts.seen, counts.lost, counts.ambiguous) == (7, 7, 0, 0)
