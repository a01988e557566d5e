"""What a run comes to: whose fault it is, and in which order faults are told."""

import pytest

from gridcli.core.latency import Latency
from gridcli.core.run.limits import Limits
from gridcli.core.run.model import Run, Step
from gridcli.core.run.objective import parse_objective
from gridcli.core.run.verdict import FAILED, INTERRUPTED, MISSED, OK, SATURATED, judge

LIMITS = Limits(lag_ms=50, debt_ms=50, cpu=0.95)


def latency(*groups: tuple[int, float]) -> Latency:
    """So many samples of so many seconds each."""
    made = Latency()
    for number, seconds in groups:
        made.add([seconds] * number)
    return made


def step(players: int = 10) -> Step:
    made = Step(players, 0.0, 10.0)
    made.counts.moves, made.counts.owed, made.counts.seen = 100, 1000, 1000
    made.seen.every = latency((970, 0.02), (30, 0.18))
    made.health.lag = made.health.debt = latency((200, 0.001))
    return made


def judged(given: Step, objective: str = "", *, interrupted: bool = False) -> Run:
    run = Run("bots", "1", "now", "http://x", 2, 1, steps=[given])
    objectives = [parse_objective(objective)] if objective else []
    judge(run, LIMITS, objectives, interrupted=interrupted)
    return run


def test_a_slow_server_is_blamed() -> None:
    run = judged(step(), "p99<100ms")
    assert (run.exit_code, run.steps[0].invalid) == (MISSED, "")
    assert run.verdict == "FAILED: seen_ms:p99<100  FAILED: 180.1 ms"
    assert judged(step(), "p95<100ms").exit_code == OK


@pytest.mark.parametrize("late", ["lag", "debt"])
def test_one_pause_of_the_generator_is_not_blamed_on_the_server(late: str) -> None:
    # 6 of 200 samples: its p95 is good, its p99 is not.
    paused = step()
    setattr(paused.health, late, latency((194, 0.001), (6, 0.16)))
    run = judged(paused, "p99<100ms")
    assert run.exit_code == SATURATED
    assert "160 ms" in run.verdict
    assert "(p99; limit 50 ms)" in run.verdict
    assert [judgement.holds for judgement in run.judgements] == [False]


def test_a_pause_that_costs_nothing_is_let_pass() -> None:
    for objective in ("", "p99<200ms", "p50<100ms"):
        paused = step()
        paused.health.lag = latency((194, 0.001), (6, 0.16))
        run = judged(paused, objective)
        assert (run.exit_code, run.steps[0].invalid) == (OK, "")


@pytest.mark.parametrize("missed", ["lost=1", "p50<10ms", "p99>500ms"])
def test_a_pause_excuses_nothing_that_it_cannot_have_caused(missed: str) -> None:
    paused = step()
    paused.health.lag = latency((194, 0.001), (6, 0.16))
    assert judged(paused, missed).exit_code == MISSED


def test_what_is_told_first() -> None:
    worst = step()
    worst.counts.lost = 3
    assert judged(worst).exit_code == FAILED
    assert judged(worst, "lost=0").exit_code == MISSED
    assert judged(worst, "lost=0", interrupted=True).exit_code == INTERRUPTED
    worst.invalid = "it used 100% of a core"
    assert judged(worst, "lost=0", interrupted=True).exit_code == SATURATED
    idle = step()
    idle.counts.owed = 0
    assert judged(idle).exit_code == FAILED
