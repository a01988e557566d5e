"""What keys are called: by Textual, in a file of keys, and on the screen.

Not here: what keys do (`keys`), the file (`keys_file`).
"""

from collections.abc import Mapping
from functools import cache

from textual.binding import Binding
from textual.keys import Keys as TextualKeys
from textual.keys import format_key

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
}
_NAMED = frozenset(key.value for key in TextualKeys if "<" not in key.value)

_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "home": "Home",
    "end": "End",
}
_SHOWN_IN_ASCII = {"up": "Up", "down": "Down", "left": "Left", "right": "Right"}


def parsed(text: str) -> str:
    """A key as Textual names it, of one as people write it: `?`, `ctrl+p`, `PgUp`, `F5`, `F`.

    Raises:
        ValueError: there is no such key.
    """
    *parts, last = text.strip().split("+") if text.strip() != "+" else ["+"]
    modifiers = [part.strip().lower() for part in parts]
    last = last.strip()
    if not last or not _MODIFIERS.issuperset(modifiers):
        raise ValueError(text)
    if len(last) == 1:
        if modifiers == ["shift"] and last.isalpha():
            return last.upper()  # what a terminal sends
        last = _character(last.lower() if modifiers else last)
    else:
        last = last.lower()
        last = _OTHER_NAMES.get(last, last)
        if last not in _NAMED and not _character_of(last):
            raise ValueError(text)
    return "+".join([*modifiers, last])


def written(key: str) -> str:
    """A key of Textual as one writes it into a file, in the shortest way that `parsed` reads."""
    *modifiers, last = key.split("+")
    character = _character_of(last)
    if last in _NAMED or not character or character in " ,+":
        return key
    return "+".join([*modifiers, character])


def shown_key(key: str, *, ascii_only: bool = False) -> str:
    """A key as the screen shows it."""
    *modifiers, last = key.split("+")
    names = _SHOWN | _SHOWN_IN_ASCII if ascii_only else _SHOWN
    plain = names.get(last) or format_key(last)
    if last.startswith("f") and last[1:].isdecimal():
        plain = last.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), plain])


def _character_of(name: str) -> str:
    """The character of a key that is called after one; empty where it is not."""
    return _characters().get(name, "")


@cache
def _characters() -> Mapping[str, str]:
    """The characters that keyboards have, by the names of their keys."""
    return {_character(chr(number)): chr(number) for number in range(0x21, 0x250)}


def _character(character: str) -> str:
    """`question_mark` for `?`."""
    if character in ",+" or character.isspace():
        return {",": "comma", "+": "plus"}.get(character, "space")
    (binding,) = Binding.make_bindings([Binding(character, "")])
    return binding.key
