"""bash, zsh and fish in a pseudo-terminal, as somebody has them who types and presses Tab.

Not here: the terminal itself (`tui.terminal`), what is to be completed (`test_completion`).
"""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from needs import need_binary
from servers import ROOT
from tui.terminal import Terminal

PROMPT = "ready> "
_START = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["-i"],
}
_SETTINGS = {
    "bash": f"bind 'set enable-bracketed-paste off'; PS1='{PROMPT}'",
    "zsh": f"autoload -U compinit; compinit -D -u; PS1='{PROMPT}'",
    "fish": f"function fish_prompt; echo -n '{PROMPT}'; end; set -g fish_autosuggestion_enabled 0",
}
_LOADED = {
    "bash": 'eval "$(gridcli completion bash)"',
    "zsh": 'eval "$(gridcli completion zsh)"',
    "fish": "gridcli completion fish | source",
}


class Shell:
    """A shell that waits for what is typed."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        # Some shells ask the terminal what it is, and wait for its answer.
        terminal.screen.write_process_input = lambda data: terminal.type(data.encode())

    def run(self, *commands: str) -> None:
        """Run commands one after the other, and return when the shell waits for the next."""
        for command in (*commands, "printf 'the en%s\\n' d"):
            self.terminal.type(f"{command}\r".encode())
        self.wait_to_see("the end")
        self.wait_for("")

    def type(self, text: str) -> None:
        """Type, into an empty line; a tab is the Tab key."""
        self.terminal.type(text.encode())

    def forget(self) -> None:
        """Give up the line that is being typed."""
        self.terminal.type(b"\x15")
        self.wait_for("")

    def wait_for(self, line: str, *, end: str = "") -> None:
        """Wait until this is what stands after the prompt, with the cursor behind it."""
        self.terminal.wait_until(
            lambda: self._line() == (line + end).rstrip() and self._cursor() == len(line + end),
            f"{line + end!r} after the prompt",
        )

    def wait_to_see(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        self.terminal.wait_until(
            lambda: all(word in self.terminal.text() for word in words), f"{words} on the screen"
        )

    def _line(self) -> str | None:
        """What stands after the last prompt."""
        for line in reversed(self.terminal.screen.display):
            if line.startswith(PROMPT.rstrip()):
                return line[len(PROMPT) :].rstrip()
        return None

    def _cursor(self) -> int:
        return self.terminal.screen.cursor.x - len(PROMPT)


@contextmanager
def shell(name: str, home: Path, *settings: str) -> Iterator[Shell]:
    """A shell in a home folder, with `gridcli` on its path.

    Args:
        name: bash, zsh or fish.
        home: where it is and what it takes for somebody's home.
        settings: commands that are run first; none load the completion as `--help` says.
    """
    program = home / "bin" / "gridcli"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m gridcli "$@"\n')
    program.chmod(0o755)
    terminal = Terminal(
        [need_binary(name), *_START[name]],
        columns=100,
        lines=40,
        HOME=str(home),
        PATH=f"{program.parent}:/usr/bin:/bin",
        PYTHONPATH=str(ROOT),
        TERM="xterm",
        XDG_DATA_HOME="",
        XDG_CONFIG_HOME="",
        XDG_DATA_DIRS="",
    )
    try:
        found = Shell(terminal)
        found.run(_SETTINGS[name], f"cd {home}", *(settings or [_LOADED[name]]))
        yield found
    finally:
        terminal.end()
