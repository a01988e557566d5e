"""What is read off the rows of the benchmark: capacities, collapses, and where to look closer.

Not here: where the figures come from (`test_generator`).
"""

import math

import pytest
from bench.measure import Result
from bench.rows import DELIVERIES_MS, PLAYERS_MS, Row, deliveries_held, gap, players_held
from bench.sides import GRIDCLI, NODE_JS, Side
from bench.table import share


def row(
    players: int,
    *p99_ms: float,
    seen: float = 1.0,
    side: Side = GRIDCLI,
    saturated: bool = False,
) -> Row:
    results = [
        Result(
            {
                "intended_ms": {"p50": p99 / 2, "p99": p99},
                "seen_share": seen,
                "lost": round((1 - seen) * 1e6),
                "deliveries_per_s": players * players * 4.0,
                "saturated": saturated,
            },
            server_cpu=0.5,
        )
        for p99 in p99_ms
    ]
    return Row(side, players, results)


def test_the_median_of_the_rounds_counts() -> None:
    assert row(20, 4, 400, 5).ms("p99") == 5


def test_a_percentile_beyond_the_share_seen_does_not_exist() -> None:
    lossy = row(300, 70, seen=0.9)
    assert lossy.ms("p50") == 35
    assert math.isinf(lossy.ms("p99"))
    assert lossy.collapsed


def test_a_capacity_wants_every_move_seen() -> None:
    rows = [row(100, 10), row(200, 20, seen=0.999999), row(300, 120)]
    assert players_held(rows, GRIDCLI) == 100
    assert deliveries_held(rows, GRIDCLI) == 40_000
    assert players_held(rows, NODE_JS) is None


def test_the_limits_differ() -> None:
    rows = [row(100, 10), row(200, 70), row(100, 70, side=NODE_JS)]
    assert players_held(rows, GRIDCLI) == 200
    assert deliveries_held(rows, GRIDCLI) == 40_000
    assert deliveries_held(rows, NODE_JS) is None


def test_the_gap_is_halved_until_it_is_small() -> None:
    rows = [row(100, 10), row(200, 120)]
    tried = []
    while (players := gap(rows, GRIDCLI, PLAYERS_MS)) is not None:
        tried.append(players)
        rows.append(row(players, 10 if players <= 170 else 120))
    assert tried == [150, 180, 160, 170]
    assert players_held(rows, GRIDCLI) == 170
    assert gap([row(100, 10)], GRIDCLI, DELIVERIES_MS) is None


def test_cost_is_server_time_for_each_delivery() -> None:
    assert row(100, 10).cost_us == pytest.approx(12.5)


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert share(1.0) == "100 %"
    assert share(0.999999) == "99.99 %"
