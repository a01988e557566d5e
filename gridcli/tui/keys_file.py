"""Keys as people want them: a TOML file of actions and their keys, read and written.

    chat = "t, /, ctrl+t"
    quit = ""        # none: ctrl+c always quits

Not here: the actions (`keys`), what keys are called (`key_names`).
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from gridcli.core.errors import SetupError

from .key_names import parsed, written
from .keys import ACTIONS, Keys

_RESERVED = "ctrl+c"


class BadKeys(SetupError):
    """A file of keys that cannot be used; one line says where and why."""

    exit_code = 2


def default_path(env: Mapping[str, str] = os.environ) -> Path:
    """Where the file is looked for if none is named."""
    config = env.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "gridcli" / "keys.toml"


def read_keys(path: Path | None) -> Keys:
    """The keys of a file, or of the default one if it is there.

    Args:
        path: None looks for the default one, which need not exist.

    Raises:
        BadKeys: the file can't be read, or something in it makes no sense.
    """
    named, path = path is not None, path or default_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not named:
            return Keys()
        raise BadKeys(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = str(error.strerror).lower() if isinstance(error, OSError) else "not UTF-8"
        raise BadKeys(f"{path}: {reason}") from None
    try:
        return keys_of(text)
    except ValueError as error:
        raise BadKeys(f"{path}: {error}") from None


def keys_of(text: str) -> Keys:
    """The keys that a file's text asks for; actions that it does not name keep theirs.

    Raises:
        ValueError: one line says what is wrong with it.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {' '.join(str(error).split())}") from None
    names = [action.name for action in ACTIONS]
    wanted: dict[str, list[str]] = {}
    for name, value in table.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(names)}"
            raise ValueError(f"there is no action {name!r}{hint}")
        if not isinstance(value, str):
            raise ValueError(f'{name}: write its keys in quotes, as {name} = "x, ctrl+x"')
        wanted[name] = [_key(name, part) for part in value.split(",") if part.strip()]
    keys = Keys(changed=wanted)
    owners: dict[str, str] = {}
    for action in ACTIONS:
        for key in keys.of(action.name):
            other = owners.setdefault(key, action.name)
            if other != action.name:
                raise ValueError(
                    f"{written(key)!r} is both {other} and {action.name}; give one another key"
                )
    return keys


def as_toml(keys: Keys) -> str:
    """The whole table, to start from."""
    lines = {
        action.name: f'{action.name} = "{", ".join(map(_quoted, keys.of(action.name)))}"'
        for action in keys.actions
    }
    width = max(map(len, lines.values()))
    return "".join(f"{lines[action.name]:<{width}}  # {action.says}\n" for action in keys.actions)


def _key(name: str, text: str) -> str:
    try:
        key = parsed(text)
    except ValueError:
        raise ValueError(f"{name}: there is no key {text.strip()!r}") from None
    if key == _RESERVED:
        raise ValueError(f"{name}: {_RESERVED} always quits")
    return key


def _quoted(key: str) -> str:
    return written(key).replace("\\", "\\\\").replace('"', '\\"')
