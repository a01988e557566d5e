"""Lines of the log: no secret in them, none forged, and few of each cause.

Not here: a server's own log (`test_logs_of_a_server.py`).
"""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.log_limit import LINES, MINUTE_S, TEMPLATES, LogLimit
from server.logs import (
    FORMATS,
    _Handler,
    _JsonFormatter,
    _TextFormatter,
    escaped,
    set_up_logging,
)
from server.redact import Redactor, known_secrets
from server.settings import Settings

secrets = st.text(min_size=12, max_size=40)
HOLDERS: dict[str, Callable[[str], str]] = {
    "packet": lambda s: f"5f: Received packet MESSAGE data 0/grid-game,{json.dumps({'token': s})}",
    "auth": lambda s: json.dumps({"protocol": 2, "name": "ann", "token": s, "resume": s}),
    "ascii": lambda s: json.dumps({"resume": s}, ensure_ascii=False),
    "json in json": lambda s: json.dumps(["x", json.dumps({"cluster_secret": s, "after": 1})]),
    "repr": lambda s: repr({"auth": {"token": s}, "room": "den"}),
    "bytes": lambda s: repr({"secret": s.encode(errors="replace")}),
    "call": lambda s: f"Auth(protocol=2, token={s!r}, spectate=False)",
    "cut short": lambda s: json.dumps({"token": s})[:-2],
    "nested": lambda s: json.dumps({"token": [s, {"more": s}]}),
    "query": lambda s: f"GET /socket.io/?EIO=4&token={quote(s, errors='replace')}&x=1",
    "session": lambda s: f"GET /socket.io/?sid={quote(s, safe='', errors='replace')}",
    "no session": lambda s: f"Invalid session {quote(s, errors='replace')} (further occurrences",
    "url": lambda s: f"cannot reach redis://ann:{quote(s, safe='', errors='replace')}@h:6379/0",
    "account": lambda s: f"cannot reach amqp://{quote(s, safe='', errors='replace')}@h:5672",
    "header": lambda s: "Authorization: Bearer " + quote(s, errors="replace"),
    "headers": lambda s: repr({"Cookie": f"a={quote(s, errors='replace')}", "Host": "h"}),
}


@pytest.fixture
def logged() -> Iterator[Callable[..., str]]:
    """What the process's log writes meanwhile; the logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("gridcli", "server")}

    def log(style: str, *records: Any, secrets: tuple[str, ...] = ()) -> str:
        set_up_logging("debug", style, secrets)
        (handler,) = root.handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(io.StringIO())
        for record in records:
            record()
        handler.close()
        text = handler.stream.getvalue()
        assert isinstance(text, str)
        return text

    yield log
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def forms(secret: str) -> set[str]:
    """How a secret may look in a line."""
    encoded = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    quoted = {quote(secret, errors="replace"), quote(secret, safe="", errors="replace")}
    return {secret, repr(secret)[1:-1], *encoded, *quoted}


@pytest.mark.parametrize("holder", HOLDERS)
@given(secret=secrets)
def test_no_secret_where_secrets_stand(holder: str, secret: str) -> None:
    line = Redactor()(HOLDERS[holder](secret))
    assert "***" in line
    for form in forms(secret):
        assert form not in line


@given(secret=secrets, style=st.sampled_from(FORMATS), holder=st.sampled_from(sorted(HOLDERS)))
def test_nor_in_a_traceback_or_in_arguments(secret: str, style: str, holder: str) -> None:
    redact = Redactor()

    def fail() -> None:
        try:
            raise ValueError(HOLDERS[holder](secret))
        except ValueError:
            logging.getLogger("gridcli.test").exception("failed on %s", HOLDERS[holder](secret))

    stream = io.StringIO()
    handler = _Handler(LogLimit(lambda: 0.0))
    handler.setStream(stream)
    handler.setFormatter((_JsonFormatter if style == "json" else _TextFormatter)(redact))
    logger = logging.getLogger("gridcli.test")
    logger.addHandler(handler)
    try:
        fail()
    finally:
        logger.removeHandler(handler)
    written = stream.getvalue()
    assert "failed on" in written
    assert "ValueError" in written
    for form in forms(secret):
        assert form not in written


@given(secret=st.text(st.characters(codec="utf-8"), min_size=8), text=st.text())
def test_what_the_process_knows_is_nowhere(secret: str, text: str) -> None:
    settings = Settings(
        cluster_secret=secret.encode(),
        message_queue=f"redis://ann:{quote('of the broker', safe='')}@h:6379",
    )
    redact = Redactor(known_secrets(settings))
    for form in (secret, quote(secret, safe=""), secret.encode().hex(), "of the broker"):
        line = redact(f"{text}|{form}|{text}")
        assert form not in line.replace(text, "") or form in text
    assert secret not in repr(settings)


@pytest.mark.parametrize(
    "line",
    [
        "the token file has changed; tokens now: 5",
        "lost redis://127.0.0.1:6379/0: connection refused",
        "malformed events from 192.0.2.7: its session was ended: 5 malformed events; the last: x",
        "http://[::1]:8765 is taken",
        "only known tokens join; a resume token is none",
    ],
)
def test_other_lines_are_left_alone(line: str) -> None:
    assert Redactor()(line) == line


@given(st.text())
def test_nothing_unseen_is_left_in_a_line(text: str) -> None:
    shown = escaped(text)
    assert shown.isprintable()
    assert text.isprintable() == (shown == text)


FORGED = "x\r\n12:00:00 ERROR   gridcli.server: forged\x1b[2J\u202e\x9b31m\ud800"


@pytest.mark.parametrize("style", FORMATS)
def test_no_line_is_forged_not_even_in_a_traceback(logged: Callable[..., str], style: str) -> None:
    log = logging.getLogger("gridcli.test")

    def fail() -> None:
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("failed: %s", FORGED)

    written = logged(style, fail)
    assert all(c == "\n" or c.isprintable() for c in written)
    lines = written.splitlines()
    if style == "json":
        (line,) = lines
        entry = json.loads(line)
        assert entry["message"] == f"failed: {FORGED}"
        assert entry["exception"].endswith(f"ValueError: {FORGED}")
        assert entry["level"] == "error"
    else:
        assert [bool(re.match(r"\d\d:\d\d:\d\d ", line)) for line in lines][:2] == [True, False]
        assert all(line.startswith("    ") for line in lines[1:])
        assert lines[1] == "    Traceback (most recent call last):"
        assert "forged" in lines[-1]


def test_a_record_is_left_as_it_was(logged: Callable[..., str]) -> None:
    record = logging.LogRecord("gridcli.test", logging.INFO, "x.py", 1, "a %s", ("\x1b",), None)
    for style in FORMATS:
        logged(style, lambda: logging.getLogger("gridcli.test").handle(record))
    assert (record.msg, record.args, record.exc_text) == ("a %s", ("\x1b",), None)


def test_a_broken_record_costs_one_line_that_tells_nothing(logged: Callable[..., str]) -> None:
    log = logging.getLogger("gridcli.test")
    written = logged("text", lambda: log.info("%d", "private"), lambda: log.info("next"))
    first, second = written.splitlines()
    assert re.fullmatch(r"a log record of test_logs\.py:\d+ is broken", first)
    assert second.endswith("next")


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_libraries_stay_quiet_whatever_is_asked_for(logged: Callable[..., str], level: str) -> None:
    names = ("gridcli.socketio", "aiohttp.server", "asyncio", "aiormq.connection", "redis", "x")
    records = [lambda n=n: logging.getLogger(n).info("private") for n in names]
    records += [lambda n=n: logging.getLogger(n).debug("private") for n in names]
    assert logged("text", *records) == ""


class Lines:
    """Records of one program, and the clock that their limit goes by."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.limit = LogLimit(lambda: self.now_s)

    def admitted(self, msg: str, *args: object, line: int = 1, error: Any = None) -> bool:
        record = logging.LogRecord("x", logging.INFO, "x.py", line, msg, args, error)
        return self.limit.admit(record)

    def said(self, *, at_once: bool = False) -> list[str]:
        return [record.getMessage() for record in self.limit.summaries(at_once=at_once)]


def test_a_few_lines_of_a_cause_and_then_how_many_more() -> None:
    lines = Lines()
    admitted = [lines.admitted("bad %s", number) for number in range(LINES + 7)]
    assert admitted == [True] * LINES + [False] * 7
    assert lines.admitted("other"), "of another cause"
    assert lines.admitted("bad %s", 1, line=2), "of another place"
    assert lines.said() == []
    lines.now_s += MINUTE_S
    assert lines.said() == ["7 more within a minute like: bad %s"]
    assert lines.said(at_once=True) == []
    assert lines.admitted("bad %s", 5)


def test_the_end_says_what_was_not_said_before() -> None:
    lines = Lines()
    for _ in range(LINES + 2):
        lines.admitted("bad")
    assert lines.said(at_once=True) == ["2 more within a minute like: bad"]


def test_errors_of_another_place_are_another_cause() -> None:
    def failing(kind: type[Exception], *, elsewhere: bool = False) -> Any:
        try:
            if elsewhere:
                raise kind("x")
            raise kind("x")
        except Exception as error:
            return type(error), error, error.__traceback__

    lines = Lines()
    one, where, what = failing(KeyError), failing(KeyError, elsewhere=True), failing(ValueError)
    for error in (one, where, what):
        assert [lines.admitted("failed", error=error) for _ in range(LINES + 1)][-1] is False


def test_a_text_that_is_its_own_template_makes_no_end_of_causes() -> None:
    lines = Lines()
    admitted = [lines.admitted(f"Invalid session {number}") for number in range(10_000)]
    assert sum(admitted) == TEMPLATES + LINES
    assert len(lines.limit._windows) == TEMPLATES + 1
    lines.now_s += MINUTE_S
    lines.said()
    assert not lines.limit._windows
    assert not lines.limit._templates


@pytest.mark.parametrize("style", FORMATS)
def test_the_log_says_so_at_its_end(logged: Callable[..., str], style: str) -> None:
    log = logging.getLogger("gridcli.test")
    written = logged(style, *[lambda: log.warning("again: %s", "x\x1b")] * (LINES + 3))
    lines = written.splitlines()
    assert len(lines) == LINES + 1
    assert "3 more within a minute like: again: %s" in lines[-1]
