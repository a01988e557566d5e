"""Other keys: the file, what is wrong with one, and that everything shows the keys in use.

Not here: what actions do (`test_keys`).
"""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import gridcli

from gridcli.core.geometry import Direction
from gridcli.tui.help import HelpScreen
from gridcli.tui.key_names import parsed, shown_key, written
from gridcli.tui.keys import ACTIONS, Keys
from gridcli.tui.keys_file import BadKeys, as_toml, default_path, keys_of, read_keys

from .driving import Driven, drive, lines, screen
from .terminal import Terminal

VIM = """
up = "k"
chat = "i, :"
rooms = "ctrl+r"
help = "f1"
quit = "Z"
older = ""
"""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("?", "question_mark"),
        (" / ", "slash"),
        ("F", "F"),
        ("f", "f"),
        ("shift+f", "F"),
        ("F5", "f5"),
        ("Ctrl+P", "ctrl+p"),
        ("PgUp", "pageup"),
        ("Esc", "escape"),
        ("Return", "enter"),
        ("shift+Up", "shift+up"),
        (",", "comma"),
        ("+", "plus"),
        ("space", "space"),
        ("é", "é"),
        ("question_mark", "question_mark"),
    ],
)
def test_keys_as_people_write_them(text: str, key: str) -> None:
    assert parsed(text) == key
    assert parsed(written(key)) == key
    assert shown_key(key)


@pytest.mark.parametrize("text", ["", "upp", "ctrl+", "hyperspace+x", "ctrl+upp", "ab", "++"])
def test_keys_that_there_are_not(text: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011  its whole text is what was given
        parsed(text)
    assert str(error.value) == text


@given(st.characters(max_codepoint=0xFF, exclude_categories=("C", "Z", "M")))
def test_any_character_is_a_key_and_comes_back(character: str) -> None:
    assert parsed(written(parsed(character))) == parsed(character)


def test_what_is_printed_reads_as_the_same_keys() -> None:
    for keys in (Keys(), keys_of(VIM)):
        again = keys_of(as_toml(keys))
        assert [again.of(a.name) for a in ACTIONS] == [keys.of(a.name) for a in ACTIONS]


def test_every_action_has_keys_of_its_own_and_a_word_for_the_help() -> None:
    keys = [key for key, _ in Keys().bindings()]
    assert len(keys) == len(set(keys))
    assert all(action.says and action.keys for action in ACTIONS)
    titles = [action.title for action in ACTIONS if action.title]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('zzz = "x"', "there is no action 'zzz'; there are up, down"),
        ('roms = "x"', "there is no action 'roms'; did you mean 'rooms'?"),
        ('up = "x, upp"', "up: there is no key 'upp'"),
        ("up = 5", 'up: write its keys in quotes, as up = "x, ctrl+x"'),
        ('chat = "r"', "'r' is both chat and rooms; give one another key"),
        ('up = "x"\ndown = "j, x"', "'x' is both up and down"),
        ('quit = "ctrl+c"', "quit: ctrl+c always quits"),
        ("up = ", "not TOML: Invalid value (at end of document)"),
        ('[keys]\nup = "x"', "there is no action 'keys'"),
    ],
)
def test_what_is_wrong_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(BadKeys) as error:
        read_keys(path)
    line = str(error.value)
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "\n" not in line


def test_the_usual_file_may_be_missing_and_a_named_one_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path() == tmp_path / "gridcli" / "keys.toml"
    assert read_keys(None).of("up") == Keys().of("up")
    with pytest.raises(BadKeys, match="no such file"):
        read_keys(tmp_path / "none.toml")
    with pytest.raises(BadKeys, match="is a directory"):
        read_keys(tmp_path)
    (tmp_path / "gridcli").mkdir()
    default_path().write_text(VIM)
    assert read_keys(None).of("chat") == ["i", "colon"]
    default_path().write_bytes(b'up = "\xff"')
    with pytest.raises(BadKeys, match="not UTF-8"):
        read_keys(None)


def test_the_command_prints_the_table_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('chat = "i"\n')
    done = gridcli("play", "--print-keys", GRIDCLI_PLAY_KEYS=str(path))
    assert done.returncode == 0
    assert 'chat = "i"' in done.stdout
    assert 'up = "up, w, k"' in done.stdout
    path.write_text('chat = "r"\n')
    done = gridcli("play", "--keys", str(path))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"gridcli: {path}: 'r' is both chat and rooms; give one another key"
    ]


def test_other_keys_do_it_and_are_shown_everywhere() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        assert "←k↓→ move, i chat, F1 help" in lines(app.chat_input)[1]
        assert "i chat" in lines(app.status)[0]
        await driven.press("up", "w", "q", "t", "r")
        assert link.steps == [], "what they did before is forgotten"
        assert app.is_running
        await driven.press("k")
        assert link.steps == [Direction.UP]
        await driven.press("colon", *"Zik", "enter")
        await driven.until(lambda: link.said == ["Zik"], "letters are text while one chats")
        await driven.press("f1")
        await driven.until(lambda: isinstance(app.screen, HelpScreen), "the help")
        await driven.drawn()
        assert "i  :" in screen(app)
        assert "Ctrl+r" in screen(app)
        await driven.press("f1")
        assert not isinstance(app.screen, HelpScreen)
        await driven.press("Z")
        await driven.until(lambda: not app.is_running, "the end")

    drive(scenario, size=(120, 40), app_options={"keys": keys_of(VIM)})


def test_in_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('quit = "x"\nhelp = "h"\nleft = "left"\n')
    command = [sys.executable, "-m", "gridcli", "play", "--server", "new", "--port", "0"]
    terminal = Terminal([*command, "--keys", str(path)])
    try:
        terminal.wait_until(lambda: "h help" in terminal.text(), "the hint")
        terminal.type(b"q")
        terminal.type(b"h")
        terminal.wait_until(lambda: "on the screen" in terminal.text(), "the help")
        terminal.type(b"\x1b")
        terminal.wait_until(lambda: "on the screen" not in terminal.text(), "its end")
        terminal.type(b"x")
        terminal.wait_until(terminal.ended, "the end")
        assert terminal.status == 0
    finally:
        terminal.end()
