"""What goes wrong is a failure in Locust's own table, says what it was, and ends with code 1."""

from pathlib import Path

from servers import Server


def test_unreachable_server(run_locust, read_run, free_port) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    result = run_locust(f"--host {url} -u 3 -r 3 -t 4s --run-file run.json")
    assert result.code == 1
    assert len(result.errors) == 1  # one line for all users
    assert url in result.errors[0]
    assert "gridcli serve" in result.errors[0]
    # They try again and again, and are three all the same.
    assert int(result.failures[0]["Occurrences"]) > 3
    run = read_run()
    assert list(run.steps[0].failed.values()) == [3]
    assert run.verdict == "FAILED: 3 players failed"
    assert "Traceback" not in result.output


def test_no_socketio_behind_the_address(run_locust, grid_server: Server) -> None:
    # A path under which nothing answers: HTTP works, Engine.IO is not there.
    for scenario in ("Players", "Polling"):
        result = run_locust(f"{scenario} --host {grid_server.url}/elsewhere -u 1 -r 1 -t 3s")
        assert result.code == 1
        assert "HTTP 404" in result.errors[0]
        assert "is it a Socket.IO server?" in result.errors[0]


def test_refused(run_locust, start_server) -> None:
    server = start_server("--max-players", "3")
    result = run_locust(f"--host {server.url} -u 5 -r 5 -t 3s")
    assert result.code == 1
    assert [error.split(":")[:2] for error in result.errors] == [["refused", " full"]]
    # The three who were let in were measured all the same.
    assert result.figures("SEEN", "move -> seen: last receiver", "Failure Count") == [0]
    assert result.ledger["deliveries"] == result.ledger["seen"] > 0


def test_disconnected(start_locust, start_server) -> None:
    server = start_server()
    locust = start_locust(f"--headless --host {server.url} -u 4 -r 4 -t 5s")
    locust.until_it_says("every receiver")
    server.stop()
    result = locust.result()
    assert result.code == 1
    dropped = [row for row in result.failures if row["Method"] == "DROPPED"]
    assert sum(int(row["Occurrences"]) for row in dropped) == 4
    assert all(row["Error"].startswith("disconnected: ") for row in dropped)
    # A move that went down with its connection is no delivery that failed.
    assert result.ledger["lost"] == 0


def test_lost(run_locust, slow_server) -> None:
    server = slow_server("--lose", "7")
    result = run_locust(f"--host {server.url} -u 4 -r 4 -t 4s --patience 1.5")
    assert result.code == 1
    ledger = result.ledger
    assert ledger["lost"] > 0
    assert ledger["deliveries"] == ledger["seen"] + ledger["lost"] + ledger["ambiguous"]
    lost = [row for row in result.failures if row["Error"].startswith("lost: 1 of ")]
    assert sum(int(row["Occurrences"]) for row in lost) == ledger["lost"]
    every = result.rows["SEEN", "move -> seen: every receiver"]
    assert int(every["Failure Count"]) == ledger["lost"]
    assert int(every["Request Count"]) == ledger["seen"] + ledger["lost"]
    # No last receiver has a time where one never saw the move.
    last = result.rows["SEEN", "move -> seen: last receiver"]
    assert int(last["Request Count"]) < ledger["moves"]


def test_bad_options(run_locust) -> None:
    for option, value in (("--rate", "fast"), ("--grid-room", "no/room"), ("--protocol", "3")):
        result = run_locust(f"{option} {value}")
        assert result.code == 2
        # Not the last line: some versions of gevent have a word at the interpreter's end.
        assert f"error: argument {option}: " in result.output
        assert "Traceback" not in result.output.partition("error: argument")[0]


HOG = """
import time
import gevent
from loadtest.players import Players

def hog():
    while True:
        until_s = time.perf_counter() + 0.6
        while time.perf_counter() < until_s:
            pass
        gevent.sleep(0.01)

class Hogged(Players):
    def on_start(self):
        gevent.spawn(hog)
"""


def test_a_generator_that_is_too_slow_says_so_and_ends_with_98(
    run_locust, grid_server: Server, tmp_path: Path
) -> None:
    scenario = tmp_path / "hogged.py"
    scenario.write_text(HOG)
    result = run_locust(
        f"-f {scenario} Hogged --host {grid_server.url} -u 1 -r 1 -t 3s --grid-room hogged "
        "--limit-lag 50ms --limit-debt 50ms"
    )
    assert result.code == 98
    assert "Result: INVALID, the generator was saturated" in result.output
