"""`gridcli completion`: prints the scripts, and with `--install` a new shell completes by itself.

Not here: what is completed (`test_shells`).
"""

from pathlib import Path

import pytest
from in_process import gridcli
from needs import missing

from .shells import shell

BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")

PLACES = {
    "bash": ".local/share/bash-completion/completions/gridcli",
    "zsh": ".local/share/zsh/site-functions/_gridcli",
    "fish": ".config/fish/completions/gridcli.fish",
}
STARTED = {
    "bash": f"source {BASH_COMPLETION}",
    # What `--install` asks for.
    "zsh": "fpath=(~/.local/share/zsh/site-functions $fpath); compinit -D -u",
    "fish": "true",
}


def bare(home: Path) -> dict[str, str]:
    """An environment that says nothing of folders but the home."""
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR")
    return {"HOME": str(home)} | dict.fromkeys(names, "")


@pytest.mark.parametrize("name", PLACES)
def test_a_new_shell_completes_once_it_is_installed(name: str, tmp_path: Path) -> None:
    if name == "bash" and not BASH_COMPLETION.exists():
        missing("the package bash-completion")
    ended = gridcli("completion", name, "--install", **bare(tmp_path))
    assert ended.returncode == 0
    assert str(tmp_path / PLACES[name]) in ended.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / PLACES[name]]
    with shell(name, tmp_path, STARTED[name]) as sh:
        sh.type("gridcli cap\t")
        sh.wait_for("gridcli capacity", end=" ")


@pytest.mark.parametrize("name", PLACES)
def test_installing_again_renews_what_is_ours_and_nothing_else(name: str, tmp_path: Path) -> None:
    place = tmp_path / PLACES[name]
    env = bare(tmp_path)
    assert gridcli("completion", name, "--install", **env).stdout.startswith("written: ")
    whole = place.read_text()
    assert gridcli("completion", name, "--install", **env).stdout.startswith("already there: ")
    place.write_text(whole + "# of an older version\n")
    assert gridcli("completion", name, "--install", **env).stdout.startswith("written: ")
    assert place.read_text() == whole
    assert gridcli("completion", name).stdout == whole

    place.write_text("somebody's own\n")
    ended = gridcli("completion", name, "--install", **env)
    assert ended.returncode == 1
    assert f"{place} is not gridcli's" in ended.stderr
    assert place.read_text() == "somebody's own\n"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("no folder")
    ended = gridcli("completion", "fish", "--install", **bare(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("gridcli: cannot write ")
    assert len(ended.stderr.splitlines()) == 1


def test_folders_of_the_environment_are_taken(tmp_path: Path) -> None:
    env = bare(tmp_path) | {
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    for name in PLACES:
        gridcli("completion", name, "--install", **env)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        "data/bash-completion/completions/gridcli",
        "data/zsh/site-functions/_gridcli",
        "config/fish/completions/gridcli.fish",
    }


def test_the_shell_is_the_one_that_is_used_unless_it_is_named() -> None:
    assert "made by `gridcli completion zsh`" in gridcli("completion", SHELL="/bin/zsh").stdout
    ended = gridcli("completion", SHELL="/bin/csh")
    assert ended.returncode == 2
    assert "name a shell: bash, zsh, fish" in ended.stderr
    assert gridcli("completion", "csh").returncode == 2
