"""Move → seen, with plain numbers."""

import pytest

from gridcli.core.ledger import Move, Showing
from gridcli.core.run.seen import METRICS, Seen


def move(intended_s: float, sent_s: float, *seen_s: float, owed: int | None = None) -> Move:
    owed = len(seen_s) if owed is None else owed
    made = Move(1, "ann", 1, "lobby", 1, intended_s, sent_s, None, owed)
    made.alone_s = list(seen_s)
    return made


def figures(seen: Seen) -> dict[str, tuple[int, float | None]]:
    return {n: (len(getattr(seen, n)), getattr(seen, n).max_ms) for n in METRICS}


def test_latency_runs_from_the_intended_time() -> None:
    seen = Seen()
    seen.add([move(10.0, 10.5, 11.0, 10.6, 10.7, 10.8), move(20.0, 20.0)])
    expected = {"every": 1000, "from_send": 500, "first": 600, "median": 700, "last": 1000}
    expected["spread"] = 400
    samples = dict.fromkeys(METRICS, 1) | {"every": 4, "from_send": 4}
    for name, (count, longest) in figures(seen).items():
        assert count == samples[name]
        assert longest == pytest.approx(expected[name], rel=2e-3)


def test_who_has_not_seen_a_move_comes_after_all_who_have() -> None:
    seen = Seen()
    seen.add([move(0.0, 0.0, 0.1, 0.2, owed=5), move(0.0, 0.0, 0.3, 0.4, 0.5, owed=5)])
    assert figures(seen)["first"][0] == 2
    assert figures(seen)["median"] == (1, pytest.approx(500, rel=2e-3))
    assert figures(seen)["last"][0] == figures(seen)["spread"][0] == 0


def test_moves_shown_together_count_as_if_each_were_shown_alone() -> None:
    times = [3.0, 3.1, 3.25, 3.5]
    sent = [(1.0, 1.0), (1.5, 1.75), (2.0, 2.0)]
    together, alone = Seen(), Seen()
    moves = [move(i, s, owed=4) for i, s in sent]
    showing = Showing(moves)
    showing.seen_s = times
    together.add(moves)
    alone.add([move(i, s, *times) for i, s in sent])
    for name in METRICS:
        assert getattr(together, name).bins() == getattr(alone, name).bins()


def test_merging_is_adding_all() -> None:
    one, other, both = Seen(), Seen(), Seen()
    one.add([move(0.0, 0.0, 0.1)])
    other.add([move(0.0, 0.1, 0.2, 0.3)])
    both.add([move(0.0, 0.0, 0.1), move(0.0, 0.1, 0.2, 0.3)])
    one.merge(other)
    for name in METRICS:
        assert getattr(one, name).bins() == getattr(both, name).bins()
