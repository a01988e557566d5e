"""What options offer besides choices and files: names in a Python file, servers, rooms.

A file is read, never run. Not here: how a shell is told (`gridcli.completion.shells`).
"""

import ast
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

Offer = Callable[["click.Context", "click.Parameter", str], "list[CompletionItem[Any]]"]
"""What click asks: the context, the option, and what was typed of its value."""

PART = "part"
"""The kind of an item that more is to follow on; no space comes after it."""
_MOST_BYTES = 2**20
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def words(*values: str) -> Offer:
    """Offer some words out of many that would do."""

    def offer(ctx: "click.Context", param: "click.Parameter", typed: str) -> Any:
        return _plain(value for value in values if value.startswith(typed))

    return offer


def paths(ctx: "click.Context", param: "click.Parameter", typed: str) -> Any:
    """Offer files; for options whose type is not `click.Path`."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="file")]


def functions_in_files(*built_in: str) -> Offer:
    """Offer these names, and functions as `path.py:name`."""
    return _in_files(_FUNCTIONS, built_in)


def classes_in_files() -> Offer:
    """Offer classes as `path.py:Name`."""
    return _in_files((ast.ClassDef,), ())


def _in_files(kinds: tuple[type[_Named], ...], built_in: tuple[str, ...]) -> Offer:
    def offer(ctx: "click.Context", param: "click.Parameter", typed: str) -> Any:
        path, colon, begun = typed.rpartition(":")
        if colon and path.endswith(".py"):
            names = (name for name in _names(path, kinds) if name.startswith(begun))
            return _plain(f"{path}:{name}" for name in names)
        found = _plain(name for name in built_in if name.startswith(typed))
        return found + _plain(_python_files(typed), PART)

    return offer


def _plain(values: Iterable[str], kind: str = "plain") -> "list[CompletionItem[Any]]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(value, type=kind) for value in values]


def _python_files(typed: str) -> list[str]:
    """Folders, and files of Python with the colon that is to follow."""
    folder, begun = os.path.split(typed)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda each: each.name)
    except OSError:
        return []
    found = []
    for entry in entries:
        hidden = entry.name[0] in "._" and entry.name[0] != begun[:1]
        if hidden or not entry.name.startswith(begun):
            continue
        whole = os.path.join(folder, entry.name)
        if entry.is_dir():
            found.append(f"{whole}/")
        elif entry.name.endswith(".py"):
            found.append(f"{whole}:")
    return found


def _names(path: str, kinds: tuple[type[_Named], ...]) -> list[str]:
    """The public names of some kind at the top of a file; none where it can't be read."""
    file = Path(path).expanduser()
    try:
        if file.stat().st_size > _MOST_BYTES:
            return []
        body = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node.name for node in body if isinstance(node, kinds) and node.name[0] != "_"]
