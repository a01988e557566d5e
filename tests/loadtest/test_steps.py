"""`--steps`: a shape that is there only with the option; what it measures, and how it can end."""

import signal

from servers import Server

from gridcli.core.run.model import Run


def owed_to_all(run: Run) -> None:
    """Every step's moves were owed to everyone who played, in whichever process, and seen."""
    for step in run.steps:
        assert step.counts.moves > 0
        assert step.counts.owed == step.counts.seen == step.counts.moves * step.players


def test_latency_against_players(run_locust, read_run, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} --steps 4,10,6 --step-time 1500ms --run-file run.json "
        "--grid-room steps"
    )
    assert result.code == 0, result.output
    run = read_run()
    assert [step.players for step in run.steps] == [4, 10, 6]
    assert (run.tool, run.exit_code, run.options["scenarios"]) == ("locust", 0, ["Players"])
    owed_to_all(run)
    starts = [step.start_s for step in run.steps]
    assert starts == sorted(starts)
    for step in run.steps:
        assert step.duration_s >= 1.5
        assert len(step.seen.every) == step.counts.seen
        assert sum(len(second.every) for second in step.seconds) == step.counts.seen
        # Nobody moves in between, so a rate of 4 is what each has played in the step itself.
        assert abs(step.counts.moves - 4 * step.players * step.duration_s) <= step.players
    # Those who were there already are not counted as coming in again.
    assert [len(step.connect) for step in run.steps] == [4, 6, 0]
    assert "Step of 10 users: p50 " in result.output


def test_in_several_processes(run_locust, read_run, grid_server: Server, free_port) -> None:
    port = free_port()
    result = run_locust(
        f"--host {grid_server.url} --steps 3,8 --step-time 1500ms --run-file run.json "
        f"--grid-room crossing --processes 2 --master-bind-port {port} --master-port {port}"
    )
    assert result.code == 0, result.output
    run = read_run()
    assert [step.players for step in run.steps] == [3, 8]
    owed_to_all(run)
    for step in run.steps:
        # What crosses processes has no latency.
        assert 0 < len(step.seen.every) < step.counts.seen
    assert result.across["deliveries"] == result.across["seen"] > 0


def test_stopped_half_way(start_locust, read_run, grid_server: Server) -> None:
    locust = start_locust(
        f"--headless --only-summary --host {grid_server.url} --steps 2,4 --step-time 60s "
        "--run-file run.json --grid-room half"
    )
    locust.until_it_says("All users spawned")
    locust.until_connected(2)
    locust.process.send_signal(signal.SIGINT)
    result = locust.result()
    assert result.code == 130, result.output
    run = read_run()
    assert (run.verdict, run.exit_code) == ("interrupted", 130)
    assert [step.players for step in run.steps] == [2]


def test_without_the_option_there_is_no_shape(run_locust, read_run, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} -u 5 -r 5 -t 2s --run-file run.json --grid-room shapeless"
    )
    assert "hape" not in result.output
    run = read_run()
    assert [step.players for step in run.steps] == [5]
    owed_to_all(run)


def test_bad_steps(run_locust) -> None:
    for option, value in (("--steps", "10,x"), ("--steps", "0"), ("--step-time", "soon")):
        result = run_locust(f"{option} {value}")
        assert result.code == 2
        assert f"error: argument {option}: " in result.output
