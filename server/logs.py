"""Logging of the server: lines for people, or one JSON object a line.

Whatever is in a record may come from a stranger. Here, once, secrets are taken out of it, what
could forge a line or move a terminal's cursor is escaped, and what is said again and again is said
a few times. Not here: what counts as a secret (`server.redact`) and as the same
(`server.log_limit`).
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from .log_limit import LogLimit
from .redact import Redactor, known_secrets
from .settings import Settings

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")

# They say each packet at info, each client that went away at warning, and each stranger's bad
# request once at error; the level asked for is about our own lines.
_LIBRARIES = ("gridcli.socketio", "aiohttp", "asyncio", "uvicorn", "werkzeug", "eventlet.wsgi")
_OURS = ("gridcli", "server")


class _Formatter(logging.Formatter):
    """What both formats need: the texts of a record, without secrets.

    A record is never changed, nor is a text of it kept there: other handlers see it, too.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def message(self, record: logging.LogRecord) -> str:
        """The line itself."""
        return self._redact(record.getMessage())

    def details(self, record: logging.LogRecord) -> str:
        """Tracebacks, with line breaks; empty if there is none."""
        parts = [self.formatException(record.exc_info)] if record.exc_info else []
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return self._redact("\n".join(parts))


class _JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
        }
        details = self.details(record)
        if details:
            entry["exception"] = details
        return json.dumps(entry)  # ASCII only: every control character leaves as an escape


class _TextFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{clock} {record.levelname:<7} {record.name}: {escaped(self.message(record))}"
        # Indented, so that no line of a traceback can pass for one of the log.
        details = (f"    {escaped(part)}" for part in self.details(record).split("\n") if part)
        return "\n".join((line, *details))


class _Handler(logging.StreamHandler[TextIO]):
    def __init__(self, limit: LogLimit) -> None:
        super().__init__(sys.stderr)
        self._limit = limit

    def emit(self, record: logging.LogRecord) -> None:
        self._summarize()
        if self._limit.admit(record):
            super().emit(record)

    def close(self) -> None:
        self._summarize(at_once=True)
        super().close()

    def handleError(self, record: logging.LogRecord) -> None:
        """A record that can't be written: say where it is from, and nothing of what is in it."""
        try:
            self.stream.write(f"a log record of {record.filename}:{record.lineno} is broken\n")
        except (OSError, ValueError):
            pass  # standard error is gone

    def _summarize(self, *, at_once: bool = False) -> None:
        for record in self._limit.summaries(at_once=at_once):
            super().emit(record)


def escaped(text: str) -> str:
    """A text whose characters are all seen; what controls a terminal is written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def set_up_logging(level: str, style: str, secrets: Iterable[str] = ()) -> None:
    """Send the process's log to standard error in the given style.

    Args:
        level: the least that is said, one of `LEVELS`; libraries say warnings at most.
        style: one of `FORMATS`.
        secrets: values that this process knows and that must appear nowhere.
    """
    redact = Redactor(secrets)
    handler = _Handler(LogLimit(time.monotonic))
    handler.setFormatter(_JsonFormatter(redact) if style == "json" else _TextFormatter(redact))
    handler.setLevel(level.upper())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)


def log_as_set(settings: Settings) -> None:
    """Set the logging up for a server with these settings."""
    set_up_logging(settings.log_level, settings.log_format, known_secrets(settings))
