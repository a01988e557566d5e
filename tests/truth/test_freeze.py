"""A server that freezes: clients that wait for it must not hide what their schedules were owed.

The bots' script sends no move before the last one is confirmed, as most clients of servers do. So
few moves are under way while the server does nothing, and timed from their sending only those few
were slow; timed from when the schedule wanted them, all are. Not here: the sending on an open
schedule, where both are the same (`test_delays`).
"""

from pathlib import Path

import pytest
from truth.swarms import PATIENT, SCRIPTS, play, serving


def test_a_freeze_shows_in_what_was_intended(tmp_path: Path, whole: bool) -> None:
    bots, rate, seconds, freeze_s = (25, 4, 60, 2.0) if whole else (10, 25, 8, 0.6)
    limits = () if whole else PATIENT
    options = ("--freeze-after", seconds / 2, "--freeze", freeze_s)
    with serving("delay_server.py", tmp_path / "truth", *options) as server:
        run = play(
            *(server.url, tmp_path / "run.json", "--count", bots, "--rate", rate, "--seed", 1),
            *("--duration", f"{seconds}s", "--script", f"{SCRIPTS}:one_at_a_time", *limits),
        )
    (step,) = run.steps
    assert step.counts.moves == pytest.approx(seconds * bots * rate, abs=bots)
    assert step.counts.lost == 0
    # It is the server that was late, and not the bots.
    assert run.exit_code == 0, run.verdict
    corrected_ms = step.seen.every.percentile_ms(99)
    uncorrected_ms = step.seen.from_send.percentile_ms(99)
    assert corrected_ms is not None
    assert uncorrected_ms is not None
    print(f"p99: intended {corrected_ms:.0f} ms, sent {uncorrected_ms:.0f} ms")
    # What fell due in the freeze waited for anything up to all of it, evenly.
    slow = freeze_s / seconds
    assert corrected_ms >= 0.93 * freeze_s * 1000 * (1 - 0.01 / slow)
    assert uncorrected_ms < corrected_ms / 2
    owed_ms = step.health.debt.percentile_ms(99)
    assert owed_ms is not None
    assert owed_ms < corrected_ms / 2, "the server's lateness was put down to the bots"
    # The few moves that were under way are in both.
    for latency in (step.seen.every, step.seen.from_send):
        assert latency.max_ms is not None
        assert latency.max_ms >= 0.5 * freeze_s * 1000
