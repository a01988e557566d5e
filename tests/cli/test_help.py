"""`--help` of every command: it has examples, they are right, and it comes at once.

Not here: how long that takes, which is no test's business; what the options mean.
"""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from fresh_python import run_fresh
from servers import ROOT

from gridcli.cli import cli

from .commands import all_commands

HEAVY = {
    "aiohttp",
    "asyncio",
    "gevent",
    "hdrh",
    "locust",
    "numpy",
    "orjson",
    "prometheus_client",
    "rich",
    "socketio",
    "ssl",
    "textual",
    "uvloop",
}
COMMANDS = dict(all_commands())
OPERATORS = set("|&;<>()")


def help_of(path: str) -> str:
    """A command's help, unwrapped."""
    context = click.Context(
        COMMANDS[path], info_name=path, terminal_width=500, max_content_width=500
    )
    return COMMANDS[path].get_help(context)


def examples_of(path: str) -> Iterator[list[str]]:
    """The arguments of each `gridcli` in the lines below "Examples:", up to an empty line."""
    section = re.search(r"^ *Examples:\n((?: *\S.*\n?)+)", help_of(path), re.MULTILINE)
    assert section is not None, f"{path} --help has no examples"
    for line in re.sub(r"\\\n", " ", section[1]).splitlines():
        command = re.split(r"\s{2,}", line.strip())[0]  # what comes after is a remark
        words = shlex.shlex(command, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        words.commenters = ""
        taken: list[str] | None = None
        for word in words:
            if taken is not None and set(word) <= OPERATORS:
                yield taken
                taken = None
            elif taken is not None:
                taken.append(word)
            elif word == "gridcli":
                taken = []
        if taken is not None:
            yield taken


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder, with the files that examples name and options want to find."""
    for name in ("tokens", "FILE", "game.jsonl"):
        (tmp_path / name).write_text("something")
    example = ROOT / "docs" / "examples" / "chat" / "chat_app.py"
    (tmp_path / "chat_app.py").write_text(example.read_text())
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were called, as they are typed; none begins its work."""
    paths: list[str] = []

    def call(_: click.Command, context: click.Context) -> None:
        if context.invoked_subcommand is None:
            paths.append(context.command_path)

    monkeypatch.setattr(click.Command, "invoke", call)
    return paths


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("path", COMMANDS)
def test_help_has_examples_and_they_are_right(path: str, called: list[str]) -> None:
    for arguments in examples_of(path):
        before = len(called)
        cli.main(arguments, prog_name="gridcli", standalone_mode=False)
        assert len(called) == before + 1, arguments
    assert any(f"{name} ".startswith(f"{path} ") for name in called), "none of its own"


def test_a_wrong_example_would_be_found(called: list[str]) -> None:
    for wrong in (["bots", "--cuont", "5"], ["capacity", "--slo", "p99<"], ["serv"]):
        with pytest.raises(click.UsageError):
            cli.main(wrong, prog_name="gridcli", standalone_mode=False)
    assert called == []


def modules_of(*arguments: str) -> set[str]:
    """The modules that are loaded when the command has ended well."""
    code = (
        "import json, sys\n"
        f"sys.argv = ['gridcli', *{arguments!r}]\n"
        "from gridcli.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    return set(json.loads(run_fresh("-c", code).splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("completion", "--help"), ("completion", "zsh")],
    ids=" ".join,
)
def test_what_needs_no_command_loads_click_alone(arguments: tuple[str, ...]) -> None:
    assert modules_of(*arguments) & HEAVY == set()


@pytest.mark.parametrize("path", COMMANDS)
def test_a_commands_help_loads_nothing_of_its_work(path: str) -> None:
    # The names of built-in scripts come from the game's rules, which know JSON.
    assert modules_of(*path.split()[1:], "--help") & (HEAVY - {"orjson"}) == set()
