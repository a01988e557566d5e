"""What options offer while their value is being typed, without a shell.

Not here: how it gets into the line (`test_shells`).
"""

from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from fresh_python import run_fresh

from gridcli.cli import cli

from .commands import all_commands

SLOW = {"textual", "rich", "aiohttp", "socketio", "locust", "gevent", "numpy", "orjson", "hdrh"}


def offered(args: Sequence[str], typed: str) -> list[tuple[str, str]]:
    """The kind and the value of each item, after these words."""
    shell = ShellComplete(cli, {}, "gridcli", "")
    return [(item.type, item.value) for item in shell.get_completions(list(args), typed)]


OF_FILES = [
    pytest.param(path.split()[1:], parameter, id=f"{path} {parameter.opts[-1]}")
    for path, command in all_commands()
    for parameter in command.params
    if "FILE" in (parameter.metavar or "") or ".json" in (parameter.metavar or "")
]


@pytest.mark.parametrize(("command", "parameter"), OF_FILES)
def test_files_are_offered_where_a_file_is_asked_for(
    command: list[str], parameter: click.Parameter
) -> None:
    option = [parameter.opts[-1]] if isinstance(parameter, click.Option) else []
    if ":NAME" in (parameter.metavar or ""):
        return  # see below
    assert offered([*command, *option], "abc") == [("file", "abc")]


def test_there_are_such_options() -> None:
    assert len(OF_FILES) > 20


def test_commands_of_a_group_are_offered_too() -> None:
    assert offered(["bots"], "n") == [("plain", "new")]
    assert ("plain", "bots") in offered([], "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with files of Python in it."""
    (tmp_path / "bots").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "bots" / "mine.py").write_text(
        "import os\nraise SystemExit('was run')\n"
        "async def bot(player): ...\ndef turn(world, rng): ...\ndef _helper(): ...\n"
        "class Chat:\n    def method(self): ...\nNAME = 1\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("option", "typed", "values"),
    [
        ("--script", "c", ["circle", "chaser", "chatter"]),
        ("--script", "b", ["bots/"]),
        ("--script", "bots/", ["bots/mine.py:"]),
        ("--script", "bots/mine.py:", ["bots/mine.py:bot", "bots/mine.py:turn"]),
        ("--script", "bots/mine.py:t", ["bots/mine.py:turn"]),
        ("--script", "no/such/folder/", []),
        ("--script", "no_such.py:", []),
        ("--script", "notes.txt:", []),
        ("--app", "", ["bots/"]),
        ("--app", ".h", [".hidden/"]),
        ("--app", "bots/mine.py:", ["bots/mine.py:Chat"]),
    ],
)
def test_names_in_files_of_python_are_offered_without_running_them(
    option: str, typed: str, values: list[str]
) -> None:
    for command in ("bots", "capacity"):
        assert [value for _, value in offered([command, option], typed)] == values


def test_what_was_typed_before_is_not_run_either(folder: Path) -> None:
    marked = folder / "marked.py"
    marked.write_text("open('was_run', 'w')\nclass Chat: ...\n")
    assert offered(["bots", "--app", "marked.py:Chat"], "--transp") == [("plain", "--transport")]
    assert not (folder / "was_run").exists()


@pytest.mark.parametrize("typed", ["b", "", "-", "comp", "bots", "completion ", "completion --ins"])
def test_commands_are_completed_without_importing_any(typed: str) -> None:
    code = (
        "import os, sys\n"
        f"os.environ |= {{'_GRIDCLI_COMPLETE': 'zsh_complete', 'COMP_WORDS': 'gridcli {typed}'}}\n"
        "from gridcli.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('slow', sorted({SLOW!r} & set(sys.modules)))\n"
        "print('ours', sorted({n.partition('.')[0] for n in sys.modules} & {'bots', 'server'}))\n"
    )
    said = run_fresh("-c", code)
    assert "slow []" in said
    assert "ours []" in said
    if typed == "b":
        assert said.startswith("plain\nbots\nFill a grid")
