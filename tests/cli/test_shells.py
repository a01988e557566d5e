"""Tab in the real shells: what becomes of a line, and what is offered.

Not here: which values an option has (`test_values`), where a script is put (`test_install`).
"""

from pathlib import Path

import pytest

from .shells import shell

SHELLS = ["bash", "zsh", "fish"]

LINES = [
    ("gridcli b", "gridcli bots", " "),
    ("gridcli --he", "gridcli --help", " "),
    ("gridcli bots --transp", "gridcli bots --transport", " "),
    ("gridcli bots --transport po", "gridcli bots --transport polling", " "),
    ("gridcli bots --transport=po", "gridcli bots --transport=polling", " "),
    ("gridcli bots --count 5 --script wa", "gridcli bots --count 5 --script walker", " "),
    ("gridcli bots --script my", "gridcli bots --script my_bot.py:", ""),
    ("gridcli bots --script my_bot.py:o", "gridcli bots --script my_bot.py:other", " "),
    ("gridcli bots --script=my_bot.py:o", "gridcli bots --script=my_bot.py:other", " "),
    ("gridcli bots --script a", r"gridcli bots --script a\ folder/", ""),
    ("gridcli bots --app my_bot.py:C", "gridcli bots --app my_bot.py:Chat", " "),
    ("gridcli play --server h", "gridcli play --server http://127.0.0.1:8765", " "),
    ("gridcli bots --replay rec", "gridcli bots --replay recorded.jsonl", " "),
    ("gridcli bots --replay=rec", "gridcli bots --replay=recorded.jsonl", " "),
    ("gridcli report rec", "gridcli report recorded.jsonl", " "),
    ("gridcli completion f", "gridcli completion fish", " "),
    ("echo hello; gridcli cap", "echo hello; gridcli capacity", " "),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with what the lines above name."""
    (tmp_path / "a folder").mkdir()
    (tmp_path / "recorded.jsonl").touch()
    (tmp_path / "my_bot.py").write_text(
        "class Chat: ...\nasync def mine(player): ...\ndef other(world, rng): ...\n"
    )
    return tmp_path


@pytest.mark.parametrize("name", SHELLS)
def test_one_answer_is_written_into_the_line(name: str, home: Path) -> None:
    with shell(name, home) as sh:
        for typed, line, end in LINES:
            sh.type(f"{typed}\t")
            sh.wait_for(line, end=end)
            sh.forget()


@pytest.mark.parametrize("name", SHELLS)
def test_several_are_shown(name: str, home: Path) -> None:
    with shell(name, home) as sh:
        sh.type("gridcli bots --transport \t\t")
        sh.wait_to_see("auto", "websocket", "polling", "upgrade")
        sh.forget()
        sh.type("gridcli \t\t")
        sh.wait_to_see("play", "capacity", "stacks", "completion")
        if name != "bash":  # which shows no helps
            sh.wait_to_see("Play on a shared grid in this terminal.")
        sh.forget()
        sh.type("gridcli bots --script my_bot.py:\t\t")
        sh.wait_to_see("mine", "other")


NOTHING = [
    "gridcli nonsense --what",
    "gridcli bots --count re",  # a number, and no file
    "gridcli bots --script no_such.py:",
    "gridcli bots --app broken.py:",
]


@pytest.mark.parametrize("name", SHELLS)
def test_nothing_to_offer_leaves_the_line_alone(name: str, home: Path) -> None:
    (home / "broken.py").write_text("class Chat(:")
    with shell(name, home) as sh:
        for line in NOTHING:
            sh.type(f"{line}\t")
            sh.type("x")  # comes after whatever the key before did
            sh.wait_for(f"{line}x")
            assert "Traceback" not in sh.terminal.text()
            sh.forget()
