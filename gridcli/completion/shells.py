"""The three shells: their scripts, and the words that they exchange with us.

A script sends the line up to the cursor and gets an item a line back. click finds the items;
what its own scripts leave out is here: `--option=value`, colons in a word, commas in a help, and
no space after what can still grow. Not here: what values there are (`gridcli.completion.values`).
"""

import os
import re
from importlib.resources import files
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

SHELLS = ("bash", "zsh", "fish")

_CURSOR = "\N{REPLACEMENT CHARACTER}"
_PATHS = ("file", "dir")
_SPECIAL = re.compile(r"([^\w@%+=:,./~-])")
"""What bash would take for something else."""
_BACKSLASH = r"\\\1"


def script(shell: str) -> str:
    """What a shell has to read. Raises `KeyError` for one that is not of `SHELLS`."""
    if shell not in SHELLS:
        raise KeyError(shell)
    return files(__package__).joinpath(f"gridcli.{shell}").read_text("utf-8")


class _ByLine(ShellComplete):
    """A shell whose script sends `COMP_WORDS`, the line up to the cursor."""

    def source(self) -> str:
        return script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        # The mark tells a word that is to come from one that is still being written.
        *words, last = split_arg_string(os.environ["COMP_WORDS"] + _CURSOR)
        self.incomplete = last.removesuffix(_CURSOR)
        return words[1:], self.incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Whole words: an option that the value is joined to is a part of them."""
        found = super().get_completions(args, incomplete)
        name, equals, _ = incomplete.partition("=")
        if not equals or not name.startswith("--"):
            return found
        return [
            CompletionItem(item.value, item.type, item.help, under=name + equals)
            if item.type in _PATHS
            else CompletionItem(name + equals + item.value, item.type, item.help)
            for item in found
        ]


class Bash(_ByLine, BashComplete):
    """Breaks words also at colons and equals signs, and wants what comes after the last one."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """The kind and the value, with a tab between them."""
        value = str(item.value)
        if item.type in _PATHS or _in_quotes(os.environ["COMP_WORDS"]):
            return f"{item.type}\t{value}"
        return f"{item.type}\t{_SPECIAL.sub(_BACKSLASH, value[self._known() :])}"

    def _known(self) -> int:
        """How many characters of the word are before what bash takes for one."""
        breaks = set(os.environ.get("COMP_WORDBREAKS", ":=")) & set(":=")
        return max((self.incomplete.rfind(mark) for mark in breaks), default=-1) + 1


class Zsh(_ByLine, ZshComplete):
    """Shows a help beside each."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """The kind, the value and the help, a line each."""
        return f"{item.type}\n{item.value}\n{_one_line(item.help)}"


class Fish(_ByLine, FishComplete):
    """Likewise."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """The kind, the value and the help, with tabs between them."""
        return f"{item.type}\t{item.value}\t{item.under or _one_line(item.help)}"


def register() -> None:
    """Have click use these in place of its own."""
    for each in (Bash, Zsh, Fish):
        add_completion_class(each)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _in_quotes(line: str) -> bool:
    """Whether the last word of a line begins with a quote that is still open."""
    quote = ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)
