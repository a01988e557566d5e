"""The terminal: its size and the layout that comes of it, colours, characters, mouse.

Not here: what it is asked itself (`gridcli.doctor.asking`).
"""

import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from rich.console import Console

from gridcli.layout import LEAST_COLUMNS, LEAST_LINES, TALL_LINES, WIDE_COLUMNS

from .asking import SAMPLES, Answers, ask
from .findings import Finding, Section, warning

SLOW_MS = 150.0
_System = Literal["auto", "standard", "256", "truecolor", "windows"]
_UTF8 = "play with --ascii, or set a UTF-8 locale: export LANG=C.UTF-8"
_COLOURS = {"truecolor": "16 million", "256": "256", "standard": "16"}


@dataclass(frozen=True, slots=True)
class Terminal:
    """What can be known of a terminal."""

    keys: bool
    """Whether standard input is a terminal."""
    screen: bool
    """Whether standard error is one: the screen is drawn there."""
    columns: int
    lines: int
    environ: Mapping[str, str]
    colours: str
    """How many can be told apart: truecolor, 256, standard (16) or none."""
    no_color: bool
    """Whether somebody wants none."""
    encoding: str
    answers: Answers | None

    @property
    def name(self) -> str:
        """What it calls itself; empty where it does not."""
        return self.environ.get("TERM", "")


def read_terminal() -> Terminal:
    """Look at the terminal that this process has."""
    keys, screen = sys.stdin.isatty(), sys.stderr.isatty()
    dumb = os.environ.get("TERM", "dumb") == "dumb"
    size = os.get_terminal_size(sys.stderr.fileno()) if screen else os.terminal_size((0, 0))
    # As the screen's own library finds out, for what it will send is the answer.
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system=cast(_System, os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")),
    )
    return Terminal(
        keys=keys,
        screen=screen,
        columns=size.columns,
        lines=size.lines,
        environ=dict(os.environ),
        colours=console.color_system or "none",
        no_color=console.no_color,
        encoding=sys.stdout.encoding or "",
        answers=ask(sys.stdin.fileno(), sys.stderr.fileno())
        if keys and screen and not dumb
        else None,
    )


def look_at_terminal(terminal: Terminal) -> Section:
    """What it means for `gridcli play`."""
    return Section("Terminal", list(_findings(terminal)))


def _findings(terminal: Terminal) -> Iterator[Finding]:
    if not (terminal.keys and terminal.screen):
        which = "standard error" if terminal.keys else "standard input"
        yield warning(
            "terminal",
            f"{which} is not one",
            "gridcli play needs a terminal; bots, capacity, report and serve do without",
            stdin=terminal.keys,
            stderr=terminal.screen,
        )
        return
    yield _kind(terminal)
    yield _size(terminal)
    yield _colours(terminal)
    yield _characters(terminal)
    if terminal.answers is not None:
        yield _mouse(terminal.answers)
        yield _pace(terminal.answers)


def _kind(terminal: Terminal) -> Finding:
    around = [
        name
        for variable, name in (("TMUX", "tmux"), ("STY", "screen"), ("SSH_CONNECTION", "ssh"))
        if terminal.environ.get(variable)
    ]
    facts = {"term": terminal.name, "stdin": True, "stderr": True, "within": around}
    if terminal.name in ("", "dumb"):
        return warning(
            "terminal",
            f"TERM={terminal.name or 'is not set'}: it can't be drawn on",
            "set TERM to what the terminal is, such as xterm-256color",
            **facts,
        )
    text = f"{terminal.name}{''.join(f', in {name}' for name in around)}"
    return Finding("terminal", text, facts=facts)


def _size(terminal: Terminal) -> Finding:
    columns, lines = terminal.columns, terminal.lines
    facts = {"columns": columns, "lines": lines}
    text = f"{columns} columns, {lines} lines"
    # Libraries believe these, and draw for another size.
    told = [
        f"{variable}={terminal.environ[variable]}"
        for variable, true in (("COLUMNS", columns), ("LINES", lines))
        if terminal.environ.get(variable, "").isdecimal()
        and int(terminal.environ[variable]) not in (0, true)
    ]
    if told:
        return warning("size", f"{text}, but {' and '.join(told)}", "unset COLUMNS LINES", **facts)
    if columns < LEAST_COLUMNS or lines < LEAST_LINES:
        return warning(
            "size",
            f"{text}: too small to play",
            f"make the window at least {LEAST_COLUMNS} columns by {LEAST_LINES} lines, or its "
            "letters smaller",
            **facts,
            layout="none",
        )
    chat = "more of the chat" if lines >= TALL_LINES else "two lines of chat"
    if columns >= WIDE_COLUMNS:
        layout, shown = "wide", "players, events and chat beside the board"
    else:
        layout, shown = "compact", f"the board, {chat} and a status line"
    return Finding("size", f"{text}: {shown}", facts=facts | {"layout": layout})


def _colours(terminal: Terminal) -> Finding:
    found = terminal.colours
    facts = {"colours": found, "no_color": terminal.no_color}
    if terminal.no_color:
        return Finding("colours", "none, as NO_COLOR asks; bold and reverse remain", facts=facts)
    if found not in ("truecolor", "256"):
        return warning(
            "colours",
            _COLOURS.get(found, "none"),
            "players' colours will look alike; if the terminal has more: "
            "export TERM=xterm-256color COLORTERM=truecolor",
            **facts,
        )
    return Finding("colours", _COLOURS[found], facts=facts)


def _characters(terminal: Terminal) -> Finding:
    answers = terminal.answers
    cells = answers.cells if answers is not None else None
    facts = {"encoding": terminal.encoding, "cells": cells, "expected_cells": len(SAMPLES)}
    if not terminal.encoding.lower().replace("-", "").startswith("utf8"):
        return warning("characters", f"{terminal.encoding or 'no encoding'}", _UTF8, **facts)
    if cells is None:
        return Finding(
            "characters", "UTF-8; the terminal does not tell how it draws it", facts=facts
        )
    if cells != len(SAMPLES):
        return warning(
            "characters",
            f"{SAMPLES} take {cells} cells where they should take {len(SAMPLES)}",
            "play with --ascii, or set the terminal to UTF-8 and to narrow ambiguous characters",
            **facts,
        )
    return Finding("characters", f"UTF-8; {SAMPLES} take one cell each", facts=facts)


def _mouse(answers: Answers) -> Finding:
    text = {
        True: "yes",
        False: "none; the keys do all that it does",
        None: "perhaps; the terminal does not tell",
    }
    return Finding("mouse", text[answers.mouse], facts={"mouse": answers.mouse})


def _pace(answers: Answers) -> Finding:
    facts = {"answered_ms": round(answers.took_ms, 1)}
    text = f"answers in {answers.took_ms:.0f} ms"
    if answers.took_ms > SLOW_MS:
        return warning("pace", text, "what you see and type is late by as much", **facts)
    return Finding("pace", text, facts=facts)
