"""Put a completion script where its shell looks for it. No file of anybody else's is changed.

Not here: the scripts (`gridcli.completion.shells`).
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gridcli.core.errors import SetupError

from .shells import script

_OURS = "# gridcli completion for"


class Installed(NamedTuple):
    """Where a script was put, whether it had to be written, and what is left to do, if anything."""

    path: Path
    written: bool
    then: str


def install(shell: str, environ: Mapping[str, str]) -> Installed:
    """Write a shell's script into the home folder.

    Args:
        shell: one of `SHELLS`.
        environ: says where the home and the shell's own folders are.

    Raises:
        SetupError: it can't be written, or another program's file is there.
    """
    path = place(shell, environ)
    text = script(shell)
    try:
        there = path.read_text("utf-8") if path.exists() else None
        if there is not None and _OURS not in there:
            raise SetupError(f"{path} is not gridcli's, and was left alone")
        if there != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".{path.name}.{os.getpid()}")
            new.write_text(text, "utf-8")
            new.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SetupError(f"cannot write {path}: {(reason or str(error)).lower()}") from None
    return Installed(path, there != text, _then(shell, path))


def place(shell: str, environ: Mapping[str, str]) -> Path:
    """Where a shell looks for the script of a command."""
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell == "fish":
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish" / "completions" / "gridcli.fish"
    if shell == "bash":
        own = environ.get("BASH_COMPLETION_USER_DIR")
        return Path(own or data / "bash-completion") / "completions" / "gridcli"
    return data / "zsh" / "site-functions" / "_gridcli"


def _then(shell: str, path: Path) -> str:
    if shell == "bash" and not any(map(os.path.exists, _BASH_COMPLETION)):
        return (
            "bash reads it by itself where the package bash-completion is installed; without, "
            'add to ~/.bashrc: eval "$(gridcli completion bash)"'
        )
    if shell == "zsh":
        return f"add to ~/.zshrc, before compinit: fpath=({path.parent} $fpath)"
    return ""


_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
    "/etc/profile.d/bash_completion.sh",
)
