"""Thresholds, limits, run file: what a test ends with, and what is found before it begins."""

import os
from pathlib import Path

import pytest
from servers import Server

from gridcli.core.run.verdict import MISSED, SATURATED


def test_thresholds(run_locust, read_run, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} -u 3 -r 3 -t 2s --grid-room thresholds --run-file run.json "
        "--threshold 'lost=0' --threshold 'seen_ms:p99<0.001,first_ms:p50<5s'"
    )
    assert result.code == MISSED
    assert "Threshold: lost=0  ok" in result.output
    assert "Threshold: first_ms:p50<5000  ok" in result.output
    line = next(line for line in result.output.splitlines() if line.startswith("Result: "))
    assert line.startswith("Result: FAILED: seen_ms:p99<0.001  FAILED: ")
    run = read_run()
    assert (run.exit_code, [j.holds for j in run.judgements]) == (MISSED, [True, False, True])
    p99 = run.steps[0].seen.every.percentile_ms(99)
    assert run.judgements[1].observed == p99


def test_a_run_without_a_step_meets_no_threshold(run_locust, grid_server: Server) -> None:
    result = run_locust(f"--host {grid_server.url} -u 9 -r 1 -t 2s --threshold 'seen_ms:p99<9s'")
    assert result.code == MISSED
    assert "nothing measured" in result.output
    assert "No step was measured" in result.output


FAULT = """\
  seen_ms:p99<fast
              ^
  expected: a number"""


@pytest.mark.parametrize("comes_from", ["option", "environment"])
def test_a_threshold_that_does_not_parse(run_locust, comes_from: str) -> None:
    if comes_from == "environment":
        result = run_locust("", GRIDCLI_LOADTEST_THRESHOLD="seen_ms:p99<fast")
    else:
        result = run_locust("--threshold 'seen_ms:p99<fast'")
    assert result.code == 2
    assert FAULT in result.output
    assert "Starting Locust" not in result.output


def test_a_run_file_that_cannot_be_written(run_locust) -> None:
    result = run_locust("--run-file no/such/folder/run.json")
    assert result.code == 2
    (said,) = [line for line in result.output.splitlines() if "no/such/folder" in line]
    assert said.endswith(
        "error: argument --run-file: cannot write no/such/folder/run.json: "
        "no such file or directory"
    )
    assert "Starting Locust" not in result.output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_costs_the_file_and_says_so(run_locust, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} -u 2 -r 2 -t 1s --grid-room full --run-file /dev/full"
    )
    assert result.code == 1
    assert "cannot write /dev/full: no space left on device" in result.output
    assert "Ledger: " in result.output
    assert "Traceback" not in result.output


def test_limits_are_options(run_locust, read_run, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} -u 4 -r 4 -t 2s --grid-room limits --run-file run.json "
        "--limit-lag 1us --limit-debt 1us --limit-cpu 0.0001 --threshold 'lost>5'"
    )
    # A slow generator comes before a condition that does not hold.
    assert result.code == SATURATED
    run = read_run()
    assert run.exit_code == SATURATED
    assert "the event loop lagged" in run.steps[0].invalid
    assert "moves left" in run.steps[0].invalid
    assert "of a core (limit 0%)" in run.steps[0].invalid
    assert run.verdict in result.output


def test_a_slow_server_is_no_slow_generator(run_locust, read_run, slow_server) -> None:
    server = slow_server("--delay", "900")
    result = run_locust(
        f"--host {server.url} -u 4 -r 4 -t 4s --run-file run.json --limit-debt 800ms"
    )
    assert result.code == 0, result.output
    step = read_run().steps[0]
    assert step.invalid == ""
    assert (step.seen.every.percentile_ms(50) or 0) >= 900


def test_the_run_file_and_locusts_table_say_the_same(
    run_locust, read_run, grid_server: Server
) -> None:
    result = run_locust(
        f"--host {grid_server.url} --steps 6 --step-time 2s --grid-room same --run-file run.json"
    )
    assert result.code == 0, result.output
    run = read_run()
    (step,) = run.steps
    for which, latency in (
        ("every", step.seen.every),
        ("first", step.seen.first),
        ("median", step.seen.median),
        ("last", step.seen.last),
    ):
        columns = (
            "Request Count",
            "Min Response Time",
            "Max Response Time",
            "Average Response Time",
        )
        count, least, most, mean = result.figures(
            "SEEN", f"move -> seen: {which} receiver", *columns
        )
        assert count == len(latency)
        assert (least, most) == pytest.approx((latency.percentile_ms(0), latency.max_ms))
        assert mean == pytest.approx(latency.mean_ms)
    assert run.machine["cpus"] == os.cpu_count()
    assert run.versions["locust"]
    assert run.seed == 1
