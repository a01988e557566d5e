"""Locust measures a broadcast of another application, with the same rows, file and exit codes.

Not here: the same with `gridcli bots` (`bots/test_applications.py`).
"""

import re
from pathlib import Path

import pytest
from chats import EXAMPLE, PLAIN, example_chat, faulty_chat, truth_of

WHICH = ("every", "first", "median", "last")


def locustfile(folder: Path, more: str = "", of_user: str = "", text: str = PLAIN) -> Path:
    """A locustfile that measures the plain chat; further lines are of its two classes."""
    path = folder / "measured.py"
    lines = "".join(f"    {line}\n" for line in more.splitlines())
    users = f"    application = Plain()\n    {of_user}\n"
    users = f"\n\nfrom loadtest.broadcast import Broadcast\n\n\nclass Users(Broadcast):\n{users}"
    path.write_text(text + lines + users)
    return path


@pytest.mark.parametrize("server", ["chat_flask.py", "chat_fanout.py"])
def test_the_example_is_measured_on_either_server(run_locust, read_run, server: str) -> None:
    with example_chat(server) as url:
        result = run_locust(
            f"--host {url} -u 8 -r 8 -t 4s --rate 8 --run-file run.json",
            file=EXAMPLE / "locustfile.py",
        )
    assert result.code == 0, result.output
    assert result.failures == []
    assert 'All users spawned: {"Chatters": 8}' in result.output
    for which in WHICH:
        assert min(result.figures("SEEN", f"said -> seen: {which} receiver", "50%", "99%")) > 0
    assert result.ledger["deliveries"] == result.ledger["seen"] > 0
    run = read_run()
    assert (run.options["application"], run.options["event"]) == ("Chat", "said")
    assert (run.protocol, run.server, run.exit_code) == (0, url, 0)
    (step,) = run.steps
    assert step.counts.owed == step.counts.seen == len(step.seen.every) > 8 * 8
    assert step.counts.lost == 0


@pytest.mark.parametrize("itself", [True, False], ids=["to all", "to the others"])
def test_what_a_server_loses_and_doubles_is_counted_exactly(
    run_locust, read_run, tmp_path: Path, itself: bool
) -> None:
    file = locustfile(tmp_path, f"hears_itself = {itself}")
    faults = ["--lose", 10, "--double", 7, *([] if itself else ["--not-to-self"])]
    with faulty_chat(*faults) as url:
        result = run_locust(
            f"--host {url} --steps 6 --step-time 2s --rate 8 --patience 3 --run-file run.json",
            file=file,
        )
        truth = truth_of(url)
    assert result.code == 1, result.output
    (step,) = read_run().steps
    counts = step.counts
    assert counts.moves == truth["messages"]
    assert counts.owed == counts.moves * (6 if itself else 5)
    assert (counts.lost, counts.doubled) == (truth["lost"], truth["doubled"])
    assert counts.lost > 0
    assert f"lost: 1 of {6 if itself else 5} receivers" in result.errors


def test_several_processes_steps_and_polling(
    run_locust, read_run, tmp_path: Path, free_port
) -> None:
    port = free_port()
    file = locustfile(tmp_path, of_user='transport = "polling"')
    with faulty_chat() as url:
        result = run_locust(
            f"--host {url} --steps 4,8 --step-time 2s --run-file run.json "
            f"--processes 2 --master-bind-port {port} --master-port {port}",
            file=file,
        )
    assert result.code == 0, result.output
    run = read_run()
    assert [step.players for step in run.steps] == [4, 8]
    for step in run.steps:
        # Half of the receivers are in the sender's process, and have a latency.
        within = step.players // 2 * step.counts.moves
        assert len(step.seen.every) == within > 0
        assert step.counts.owed == step.counts.seen
        # Processes begin and end a step some milliseconds apart.
        assert abs(step.counts.owed - 2 * within) <= 2 * step.players
    assert "are not accounted for" not in result.output
    assert run.protocol == 0


def test_thresholds(run_locust, tmp_path: Path) -> None:
    with faulty_chat() as url:
        result = run_locust(
            f"--host {url} -u 2 -r 2 -t 2s --threshold seen_ms:p50<0.001 --script walker",
            file=locustfile(tmp_path),
        )
    assert result.code == 99, result.output
    assert "--script has no effect on another application" in result.output


def test_who_is_thrown_off_comes_back(run_locust, read_run, tmp_path: Path) -> None:
    with faulty_chat("--put-out", 20) as url:
        result = run_locust(
            f"--host {url} --steps 4 --step-time 4s --rate 8 --run-file run.json",
            file=locustfile(tmp_path),
        )
        assert truth_of(url)["put_out"] == 1
    assert result.code == 1, result.output
    assert result.errors == ["disconnected: the server put us out"]
    (step,) = read_run().steps
    assert step.dropped == 1
    assert step.counts.lost == 0
    assert result.figures("CONNECT", "connect (websocket)", "Request Count") == [5]


def test_a_wrong_description_is_said_once_and_ends_the_test(run_locust, tmp_path: Path) -> None:
    file = locustfile(tmp_path, "def heard(self, message):\n    return message['who']")
    with faulty_chat() as url:
        result = run_locust(f"--host {url} -u 4 -r 4 -t 60s", file=file)
    assert result.code == 1, result.output
    (failure,) = result.failures
    assert (failure["Method"], failure["Occurrences"]) == ("BAD", "1")
    assert "Plain: heard() raises KeyError: 'who'" in failure["Error"]
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("more", "of_user", "said"),
    [
        ('event = ""', "", "Plain names no event"),
        ("", "application = Plain", "Plain is a class; give one that is made: Plain()"),
        ("", "application = None", "Users names no application"),
    ],
)
def test_what_can_be_seen_to_be_wrong_ends_with_2(
    run_locust, tmp_path: Path, more: str, of_user: str, said: str
) -> None:
    result = run_locust("--host http://127.0.0.1:9 -t 1s", file=locustfile(tmp_path, more, of_user))
    assert result.code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_server_that_is_not_there_is_named_without_the_games_hints(
    run_locust, tmp_path: Path
) -> None:
    result = run_locust("--host http://127.0.0.1:9 -u 1 -t 1s", file=locustfile(tmp_path))
    assert result.code == 1
    assert any("127.0.0.1:9" in error for error in result.errors)
    assert "gridcli serve" not in result.output


def test_the_folder_itself_offers_no_user_that_measures_nothing(run_locust) -> None:
    result = run_locust("--list")
    assert re.search(r"\bPlayers\b", result.output)
    assert "Broadcast" not in result.output
    assert "Participant" not in result.output
