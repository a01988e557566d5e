"""Locust runs against real servers: true times, no failures, and every scenario by its name."""

import json
import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from servers import Server
from waiting import until_sync

SEEN = [
    "move -> seen: every receiver",
    "move -> seen: every receiver, from its actual send",
    "move -> seen: first receiver",
    "move -> seen: last receiver",
    "move -> seen: median receiver",
]
FIGURES = (
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "50%",
    "99%",
)


def check_seen(result) -> None:
    """All went well, was measured, and adds up."""
    assert result.code == 0, result.output
    assert result.failures == []
    for name in SEEN:
        assert min(result.figures("SEEN", name, *FIGURES)) > 0, result.output
    ledger = result.ledger
    assert ledger["moves"] > 0
    assert ledger["deliveries"] == ledger["seen"]
    assert ledger["lost"] == 0
    # Locust's table holds every delivery that the ledger knows, and each move once.
    every, first, last = (
        result.figures("SEEN", f"move -> seen: {which} receiver", "Request Count")[0]
        for which in ("every", "first", "last")
    )
    assert every == ledger["seen"]
    assert first == last == ledger["moves"]


def test_players_alone_where_nothing_is_named(run_locust, grid_server: Server) -> None:
    result = run_locust(f"--host {grid_server.url} -u 8 -r 8 -t 3s --grid-room default")
    check_seen(result)
    assert 'All users spawned: {"Players": 8}' in result.output
    assert result.figures("CONNECT", "connect (websocket)", "Request Count") == [8]
    assert min(result.figures("CONNECT", "connect (websocket)", *FIGURES)) > 0
    # The total has each delivery once, however many rows look at it.
    total, every = (
        result.figures(*row, "Request Count")[0] for row in (("", "Aggregated"), ("SEEN", SEEN[0]))
    )
    assert total == 8 + every
    # The last receiver has it no sooner than the median one, and that no sooner than the first.
    first, median, last = (
        result.figures("SEEN", f"move -> seen: {which} receiver", "Average Response Time")[0]
        for which in ("first", "median", "last")
    )
    assert first <= median <= last


def test_the_run_time_is_the_players_however_long_all_takes_to_import(
    run_locust, grid_server: Server, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import time\n"
        "from loadtest.players import Players\n"
        "until_s = time.perf_counter() + 2.5\n"
        "while time.perf_counter() < until_s:\n"
        "    pass\n"
    )
    check_seen(run_locust(f"--host {grid_server.url} -u 2 -r 2 -t 2s --grid-room slow", file=slow))


def test_protocol_1(run_locust, grid_server: Server) -> None:
    result = run_locust(f"--host {grid_server.url} -u 6 -r 6 -t 3s --protocol 1 --grid-room first")
    check_seen(result)
    assert result.ledger["ambiguous"] == 0


def test_falls_back_to_protocol_1(run_locust, flask_server: Server) -> None:
    check_seen(run_locust(f"--host {flask_server.url} -u 4 -r 4 -t 3s"))


def test_several_processes(run_locust, read_run, grid_server: Server, free_port) -> None:
    port = free_port()
    result = run_locust(
        f"--host {grid_server.url} -u 8 -r 8 -t 3s --grid-room many --run-file run.json "
        f"--processes 2 --master-bind-port {port} --master-port {port}"
    )
    check_seen(result)
    assert re.search(r'All users spawned: .*"Players": 8\D', result.output)
    # Only players of one process share a clock: half of all deliveries have a latency.
    assert result.ledger["deliveries"] == 4 * result.ledger["moves"]
    (step,) = read_run().steps
    assert step.players == 8
    assert step.counts.owed == step.counts.seen
    assert len(step.seen.every) == 4 * step.counts.moves
    # Processes begin and end a step some milliseconds apart: a move of that time may belong to it
    # for those who share its clock, and not for the others.
    across = result.across["seen"]
    assert across == result.across["deliveries"] == step.counts.seen - len(step.seen.every)
    assert abs(across - 4 * step.counts.moves) <= 2 * 4


def test_protocol_1_across_processes_is_not_accounted_for(
    run_locust, grid_server: Server, free_port
) -> None:
    port = free_port()
    result = run_locust(
        f"--host {grid_server.url} -u 6 -r 6 -t 2s --grid-room unnumbered --protocol 1 "
        f"--processes 2 --master-bind-port {port} --master-port {port}"
    )
    check_seen(result)
    # Three players in each process, and nothing is known of what one side sees of the other.
    assert result.across == {"pairs": 18}


@pytest.mark.parametrize(
    ("scenario", "seconds", "row", "least"),
    [
        ("Rooms", 5, ("ROOM", "change of room"), 1),
        ("Polling", 3, ("CONNECT", "connect (polling)"), 6),
        ("Churn", 5, ("CONNECT", "connect (websocket)"), 7),
    ],
)
def test_scenario_by_name(
    run_locust, grid_server: Server, scenario: str, seconds: int, row, least: int
) -> None:
    result = run_locust(
        f"{scenario} --host {grid_server.url} -u 6 -r 6 -t {seconds}s --grid-room {scenario}"
    )
    check_seen(result)
    assert f'All users spawned: {{"{scenario}": 6}}' in result.output
    assert min(result.figures(*row, *FIGURES)) > 0
    assert result.figures(*row, "Request Count")[0] >= least


def test_storm(run_locust, grid_server: Server) -> None:
    result = run_locust(f"Storm --host {grid_server.url} -u 20 -r 20 -t 4s --grid-room storm")
    assert result.code == 0, result.output
    assert result.failures == []
    assert min(result.figures("CONNECT", "connect (websocket)", *FIGURES)) > 0
    # Open arrivals: as many as their schedule has, however long each takes.
    assert result.figures("CONNECT", "connect (websocket)", "Request Count")[0] > 20


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(url: str, **form: object) -> Any:
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, data=data, timeout=20) as answer:
        return json.load(answer)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def seen_by_all(web: str, users: int) -> dict[str, dict[str, float]]:
    """Locust's rows, by name, once so many users play and what they do has been seen."""
    reports = []

    def there() -> bool:
        reports[:] = [ask(f"{web}/stats/requests")]
        names = {row["name"] for row in reports[0]["stats"]}
        return reports[0]["user_count"] == users and names.issuperset(SEEN)

    until_sync(there, "rows of every kind")
    assert reports[0]["errors"] == []
    return {row["name"]: row for row in reports[0]["stats"]}


@pytest.mark.parametrize("picked", [None, "Polling"], ids=["default", "class-picker"])
def test_web_interface(start_locust, grid_server: Server, free_port, picked: str | None) -> None:
    web = f"http://127.0.0.1:{(port := free_port())}"
    picker = "--class-picker" if picked else ""
    room = f"web-{picked or 'default'}"
    locust = start_locust(f"--web-port {port} --host {grid_server.url} {picker}")
    locust.until_it_says(f"Starting web interface at {web}")  # loopback, unless asked for more
    until_sync(lambda: listens(port), "the web interface")
    form = {"user_count": 4, "spawn_rate": 4, "grid_room": room}
    if picked:
        form["user_classes"] = picked

    tests: set[str] = set()
    for test in (1, 2):  # what one test has counted is not the next one's
        assert ask(f"{web}/swarm", **form)["success"]
        rows = seen_by_all(web, 4)
        for name in SEEN:
            for figure in ("min_response_time", "avg_response_time", "median_response_time"):
                assert rows[name][figure] > 0
            assert rows[name]["response_time_percentile_0.99"] > 0
        shown = ask(f"{web}/gridcli/seconds")
        assert shown["test"]
        # Each second has its number, players, losses, times in ms, and how often each of them.
        assert {players for _, players, *_ in shown["seconds"][2:-1]} <= {4}
        assert all(min(times) > 0 for *_, times, counts in shown["seconds"] if times)
        assert ask(f"{web}/stop", method="post")["success"]
        until_sync(lambda n=test: locust.output.count("Ledger: ") == n, "the result")
        # What was under way was waited for: nothing is lost by our own leaving.
        seen = re.findall(r"(\d+) deliveries owed: (\d+) seen, 0 lost", locust.output)[test - 1]
        assert seen[0] == seen[1] != "0"
        rows = seen_by_all(web, 0)
        assert rows[SEEN[0]]["num_requests"] == int(seen[0])
        last = ask(f"{web}/gridcli/seconds")
        assert sum(sum(counts) for *_, counts in last["seconds"]) == int(seen[0])
        assert last["test"] not in tests
        tests.add(last["test"])
    assert f'"{picked or "Players"}": 4' in locust.output
    check_tab(web)


def check_tab(web: str) -> None:
    """Locust's page has the tab, and what shows it loads nothing from elsewhere."""
    page = fetch(web)
    assert '"key": "move-seen"' in page
    assert page.count('src="./gridcli/tab.js"') == 1
    for name in ("live", "tab.js"):
        assert not re.findall(
            r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z]", fetch(f"{web}/gridcli/{name}")
        )
