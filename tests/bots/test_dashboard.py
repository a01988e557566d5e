"""`gridcli bots` on a terminal: the dashboard, its keys, and a terminal that is left as it was.

In a real pseudo-terminal, against real servers. Not here: the picture at every size
(`test_dashboard_frame`), terminals and signals that are out of the ordinary
(`test_dashboard_trouble`).
"""

import json
import re
from pathlib import Path

import pytest
from chats import CHAT, example_chat
from servers import Server
from waiting import until_sync

from gridcli.core.run.file import decode_run

from .watched import (
    INTERRUPT,
    MINUS,
    PLUS,
    SHOWN,
    has_colours,
    is_left_as_it_was,
    until_ended,
    until_shown,
    watching,
)


def place(server: Server, room: str) -> tuple[str, ...]:
    return ("--server", server.url, "--room", room)


def test_it_shows_the_run_and_ends_in_the_table(grid_server: Server) -> None:
    with watching(*place(grid_server, "shown"), "--count", "12", "--duration", "3s") as terminal:
        until_shown(
            terminal, "playing", "12 of 12", "of 0:03", "moves/s", "deliveries/s", "of a core"
        )
        terminal.wait_until(
            lambda: re.search(r"p99 +[\d.]+ ms", terminal.text()) is not None, "a latency"
        )
        assert grid_server.url in terminal.text()
        assert has_colours(terminal)
        printed = until_ended(terminal)
        assert "12 bots" in printed
        assert "move → seen" in printed
        assert "(100.00%)" in printed
        assert "ok, everyone saw every move" in printed
        assert is_left_as_it_was(terminal)


def test_plus_and_minus_make_steps_of_their_own_and_nothing_is_missed(
    grid_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    where = place(grid_server, "changed")
    with watching(*where, "--count", "10", "--rate", "40", "--out", str(file)) as terminal:
        until_shown(terminal, "playing", "10 of 10", "5 more", "1 fewer")
        terminal.type(PLUS)
        until_shown(terminal, "playing", "15 of 15")
        terminal.type(PLUS)
        terminal.type(PLUS)
        until_shown(terminal, "playing", "25 of 25")
        terminal.type(MINUS)
        until_shown(terminal, "playing", "20 of 20")
        terminal.type(b"q")
        printed = until_ended(terminal)
        assert "10, 15, 25, 20 bots" in printed
        assert "ok, everyone saw every move" in printed
        assert is_left_as_it_was(terminal)
    run = decode_run(file.read_bytes())
    assert [step.players for step in run.steps] == [10, 15, 25, 20]
    for step in run.steps:
        assert step.counts.owed == step.counts.seen == step.counts.moves * step.players > 0
        assert step.missed == 0


def test_there_and_back_again_changes_nothing(grid_server: Server, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    where = place(grid_server, "undone")
    with watching(*where, "--count", "3", "--duration", "4s", "--out", str(file)) as terminal:
        until_shown(terminal, "playing", "3 of 3")
        terminal.type(PLUS + MINUS)
        until_ended(terminal)
    assert [step.players for step in decode_run(file.read_bytes()).steps] == [3]


def test_a_change_takes_from_the_time_of_its_step_and_the_plan_goes_on(
    grid_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    where = place(grid_server, "planned")
    steps = ("--steps", "4,6", "--step-time", "6s", "--out", str(file))
    with watching(*where, *steps) as terminal:
        until_shown(terminal, "playing", "4 of 4", "step 1 of 2")
        terminal.type(PLUS)
        until_shown(terminal, "playing", "5 of 5", "step 1 of 2")
        until_shown(terminal, "playing", "6 of 6", "step 2 of 2")
        printed = until_ended(terminal)
        assert "4, 5, 6 bots" in printed
    first, asked, last = decode_run(file.read_bytes()).steps
    assert first.duration_s < 6
    assert first.duration_s + asked.duration_s == pytest.approx(6, abs=0.5)
    assert last.duration_s == pytest.approx(6, abs=0.5)


def test_the_first_ctrl_c_drains_and_prints_the_table(grid_server: Server) -> None:
    with watching(*place(grid_server, "cut"), "--count", "4", "--duration", "60s") as terminal:
        until_shown(terminal, "playing", "4 of 4")
        terminal.type(INTERRUPT)
        printed = until_ended(terminal, 130)
        assert "(100.00%)" in printed
        assert "verdict      interrupted" in printed
        assert is_left_as_it_was(terminal)


def test_without_a_duration_ctrl_c_is_how_a_run_ends(grid_server: Server) -> None:
    with watching(*place(grid_server, "ended"), "--count", "4") as terminal:
        until_shown(terminal, "playing", "4 of 4")
        terminal.type(INTERRUPT)
        printed = until_ended(terminal)
        assert "ok, everyone saw every move" in printed


def test_failures_and_their_reasons_are_shown(start_server) -> None:  # type: ignore[no-untyped-def]
    server = start_server("--max-players", "3")
    with watching("--server", server.url, "--count", "5", columns=100) as terminal:
        until_shown(terminal, "3 of 5", "2 failed", "2 × ", "full")
        terminal.type(b"q")
        until_ended(terminal, 1)


def test_a_generator_that_is_too_slow_has_a_banner(grid_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "hog.py"
    script.write_text("import time\ndef bot(world, rng):\n    time.sleep(0.3)\n    return 'up'\n")
    with watching(
        *place(grid_server, "hog"),
        *("--count", "1", "--script", f"{script}:bot", "--limit-lag", "100ms"),
    ) as terminal:
        until_shown(terminal, "GENERATOR SATURATED: the event loop lagged")
        terminal.type(b"q")
        printed = until_ended(terminal, 98)
        assert "INVALID, the generator was saturated" in printed


def test_thresholds_are_judged_meanwhile(grid_server: Server) -> None:
    where = place(grid_server, "judged")
    with watching(
        *where, "--count", "3", "--threshold", "p99<0.001,lost=0", columns=110, lines=34
    ) as terminal:
        until_shown(terminal, "✗ seen_ms:p99<0.001", "✓ lost=0")
        terminal.type(b"q")
        until_ended(terminal, 99)


def test_json_goes_to_a_file_while_the_dashboard_is_on_the_terminal(
    grid_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    where = place(grid_server, "piped")
    run = (*where, "--count", "3", "--duration", "2s", "--json")
    with watching(*run, shell=f'exec "$@" > {file}') as terminal:
        until_shown(terminal, "playing", "3 of 3")
        until_ended(terminal)
        assert is_left_as_it_was(terminal)
    assert json.loads(file.read_text())["exit_code"] == 0


def test_a_replay_has_its_own_number(grid_server: Server, tmp_path: Path) -> None:
    recording = tmp_path / "run.jsonl"
    where = place(grid_server, "replayed")
    with watching(
        *where, "--count", "3", "--duration", "3s", "--record", str(recording)
    ) as terminal:
        until_ended(terminal)
    with watching("--server", grid_server.url, "--replay", str(recording)) as terminal:
        until_shown(terminal, "playing", "3 of 3", "replay of bots")
        assert "more" not in terminal.text()
        terminal.type(PLUS)
        printed = until_ended(terminal)
        assert "3 bots" in printed
        assert "ok, everyone saw every move" in printed


def test_another_application_is_shown_too() -> None:
    with (
        example_chat("chat_fanout.py") as url,
        watching("--app", CHAT, "--server", url, "--count", "4", columns=120) as terminal,
    ):
        until_shown(terminal, "Chat", "event said", "4 of 4")
        terminal.type(PLUS)
        until_shown(terminal, "5 of 5")
        terminal.type(b"q")
        assert "4, 5 bots" in until_ended(terminal)


def test_what_a_script_prints_and_why_it_fails_come_after_the_dashboard(
    grid_server: Server, tmp_path: Path
) -> None:
    script = tmp_path / "loud.py"
    script.write_text(
        "async def bot(player):\n"
        "    print('hello from the script')\n"
        "    await player.move('up')\n"
        "    raise ValueError('so it ends')\n"
    )
    with watching(
        *place(grid_server, "loud"),
        *("--count", "1", "--duration", "2s", "--script", f"{script}:bot"),
        lines=60,
    ) as terminal:
        until_shown(terminal, "1 × script failed: ValueError: so it ends")
        printed = until_ended(terminal, 1)
        assert "hello from the script" in printed
        assert "Traceback" in printed
        assert bytes(terminal.written).count(SHOWN) == 1


def test_the_window_can_be_closed(grid_server: Server) -> None:
    with watching(*place(grid_server, "closed"), "--count", "3") as terminal:
        until_shown(terminal, "playing")
        terminal.hang_up()
        until_sync(terminal.ended, "the end of the run")
