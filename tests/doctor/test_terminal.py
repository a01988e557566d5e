"""What the doctor says of terminals: those that are described, and one that is really asked.

Not here: servers (`test_server`), the command (`test_command`).
"""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from chats import free_port
from tui.terminal import Terminal as RealTerminal

from gridcli.doctor.asking import SAMPLES, Answers
from gridcli.doctor.findings import Finding, State
from gridcli.doctor.terminal import SLOW_MS, Terminal, look_at_terminal

GOOD: dict[str, Any] = {
    "keys": True,
    "screen": True,
    "columns": 120,
    "lines": 40,
    "environ": {"TERM": "xterm-256color"},
    "colours": "truecolor",
    "no_color": False,
    "encoding": "utf-8",
    "answers": Answers(cells=len(SAMPLES), mouse=True, took_ms=3.0),
}


def looked_at(**changed: Any) -> dict[str, Finding]:
    """The findings by name, of a good terminal but for what is changed."""
    section = look_at_terminal(Terminal(**GOOD | changed))
    return {finding.name: finding for finding in section.findings}


def wrong(**changed: Any) -> Finding:
    """The one finding that is not as it should be."""
    (found,) = [f for f in looked_at(**changed).values() if f.state is not State.OK]
    assert found.hint, "what is to be done?"
    return found


def test_a_good_terminal() -> None:
    found = looked_at()
    assert {finding.state for finding in found.values()} == {State.OK}
    assert list(found) == ["terminal", "size", "colours", "characters", "mouse", "pace"]


@pytest.mark.parametrize(
    ("columns", "lines", "layout"),
    [
        (160, 50, "wide"),
        (100, 12, "wide"),
        (99, 50, "compact"),
        (80, 24, "compact"),
        (40, 12, "compact"),
        (39, 50, "none"),
        (160, 11, "none"),
        (30, 8, "none"),
    ],
)
def test_the_layout_that_a_size_gives(columns: int, lines: int, layout: str) -> None:
    found = looked_at(columns=columns, lines=lines)["size"]
    assert found.facts == {"columns": columns, "lines": lines, "layout": layout}
    assert found.state is (State.WARNING if layout == "none" else State.OK)
    assert f"{columns} columns, {lines} lines" in found.text


@pytest.mark.parametrize(
    ("colours", "state"),
    [
        ("truecolor", State.OK),
        ("256", State.OK),
        ("standard", State.WARNING),
        ("none", State.WARNING),
    ],
)
def test_how_many_colours(colours: str, state: State) -> None:
    assert looked_at(colours=colours)["colours"].state is state


def test_no_colour_as_somebody_wants_it_is_well() -> None:
    found = looked_at(colours="standard", no_color=True)["colours"]
    assert found.state is State.OK
    assert "NO_COLOR" in found.text


def test_characters_that_come_out_wrong() -> None:
    assert "LANG" in wrong(encoding="latin-1").hint
    # A terminal that takes the bytes of UTF-8 one by one.
    found = wrong(answers=Answers(cells=12, mouse=True, took_ms=3.0))
    assert "12 cells" in found.text
    assert "--ascii" in found.hint


def test_what_the_terminal_does_not_tell_is_no_fault() -> None:
    found = looked_at(answers=Answers(cells=None, mouse=None, took_ms=3.0))
    assert {finding.state for finding in found.values()} == {State.OK}
    assert "does not tell" in found["characters"].text
    assert "does not tell" in found["mouse"].text
    silent = looked_at(answers=None)
    assert {finding.state for finding in silent.values()} == {State.OK}
    assert "mouse" not in silent


def test_a_terminal_that_is_far_away() -> None:
    slow = Answers(cells=len(SAMPLES), mouse=True, took_ms=SLOW_MS + 1)
    assert wrong(answers=slow).name == "pace"


def test_no_terminal_at_all() -> None:
    assert "standard input" in wrong(keys=False).text
    assert "standard error" in wrong(screen=False).text
    assert "gridcli play needs a terminal" in wrong(keys=False, screen=False).hint


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}])
def test_a_terminal_that_cannot_be_drawn_on(environ: dict[str, str]) -> None:
    assert "TERM" in wrong(environ=environ).hint


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"COLUMNS": "80", "LINES": "24"}, "120 columns, 40 lines, but COLUMNS=80 and LINES=24"),
        ({"LINES": "41"}, "120 columns, 40 lines, but LINES=41"),
    ],
)
def test_a_size_in_the_environment_that_is_not_the_terminals(
    environ: dict[str, str], said: str
) -> None:
    found = wrong(environ={"TERM": "xterm"} | environ)
    assert found.text == said
    assert found.hint == "unset COLUMNS LINES"


@pytest.mark.parametrize("columns", ["120", "", "0", "many"])
def test_a_size_in_the_environment_that_does_no_harm(columns: str) -> None:
    found = looked_at(environ={"TERM": "xterm", "COLUMNS": columns, "LINES": "40"})
    assert found["size"].state is State.OK


def test_what_it_runs_in_is_named() -> None:
    environ = {"TERM": "screen", "TMUX": "x", "SSH_CONNECTION": "y"}
    assert looked_at(environ=environ)["terminal"].text == "screen, in tmux, in ssh"


@pytest.fixture
def nobody() -> list[str]:
    """The command, at a server that is not there, which is known at once."""
    url = f"http://127.0.0.1:{free_port()}"
    return [sys.executable, "-m", "gridcli", "doctor", "--server", url]


@pytest.fixture
def terminals() -> Iterator[list[RealTerminal]]:
    """Those that a test has opened end with it."""
    those: list[RealTerminal] = []
    yield those
    for terminal in those:
        terminal.end()


def opened(command: list[str], columns: int, lines: int, **env: str) -> RealTerminal:
    """A terminal; pytest tells its children a size of its own, which is not theirs."""
    return RealTerminal(command, columns=columns, lines=lines, COLUMNS="", LINES="", **env)


def answering(terminal: RealTerminal, columns: int = 0) -> None:
    """Have the terminal answer; or say that the cursor is in a column, whatever is true."""

    def answer(data: str) -> None:
        if columns and data.endswith("R"):
            data = f"\x1b[1;{columns}R"
        terminal.type(data.encode())

    terminal.screen.write_process_input = answer


def read(terminal: RealTerminal) -> str:
    terminal.wait_until(lambda: "failed" in terminal.text(), "the last line")
    terminal.wait_until(terminal.ended, "the end")
    assert terminal.status == 3
    return terminal.text()


@pytest.mark.parametrize(("columns", "lines"), [(160, 50), (80, 50), (60, 70), (30, 120)])
def test_a_real_terminal_is_asked_and_answers(
    columns: int, lines: int, nobody: list[str], terminals: list[RealTerminal]
) -> None:
    terminals.append(opened(nobody, columns, lines))
    answering(terminals[0])
    said = read(terminals[0])
    whole = " ".join(said.split())
    assert f"{columns} columns, {lines} lines" in whole
    assert "16 million" in whole
    assert f"UTF-8; {SAMPLES} take one cell each" in whole
    assert "answers in" in whole
    assert "connection refused" in whole
    assert said.splitlines()[0].rstrip() == "Terminal"  # the question was wiped out
    # No word is broken in two, and what to do stands below what is wrong.
    assert "→ is it running?" in said


def test_a_terminal_that_draws_wide_is_told(
    nobody: list[str], terminals: list[RealTerminal]
) -> None:
    terminals.append(opened(nobody, 100, 50))
    answering(terminals[0], columns=7)
    assert f"{SAMPLES} take 6 cells where they should take 4" in read(terminals[0])


def test_a_terminal_that_does_not_answer_is_not_waited_for(
    nobody: list[str], terminals: list[RealTerminal]
) -> None:
    terminals.append(opened(nobody, 100, 50))
    said = read(terminals[0])
    assert "100 columns, 50 lines" in said
    assert "mouse" not in said


def test_without_colour_and_with_ascii_the_signs_are_words(
    nobody: list[str], terminals: list[RealTerminal]
) -> None:
    terminals.append(opened([*nobody, "--ascii"], 100, 50, NO_COLOR="1"))
    answering(terminals[0])
    said = read(terminals[0])
    assert "  ok   size        100 columns, 50 lines" in said
    assert "  FAIL reachable   connection refused" in said
    assert "-> is it running?" in said
    assert "none, as NO_COLOR asks" in said
    shown = terminals[0].written.decode().partition("Terminal")[2]
    assert shown.isascii()
    assert "\x1b" not in shown


def test_what_is_typed_afterwards_is_echoed_as_ever(
    nobody: list[str], terminals: list[RealTerminal]
) -> None:
    command = " ".join([*nobody, "; read answer; echo got $answer"])
    terminals.append(opened(["sh", "-c", command], 100, 60))
    answering(terminals[0])
    terminals[0].wait_until(lambda: "failed" in terminals[0].text(), "the doctor")
    terminals[0].type(b"hello\r")
    terminals[0].wait_until(terminals[0].ended, "the end")
    assert "got hello" in terminals[0].text()
    assert "\nhello" in terminals[0].text()
