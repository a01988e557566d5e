"""Logging of the server: lines for people, or one JSON object a line.

Everything that came over the network is escaped here, once: a name can't forge a line.
"""

import json
import logging
import sys
import time

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)  # ASCII only: every control character leaves as an escape


class _TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if not message.isprintable():
            record.msg, record.args = message.encode("unicode_escape").decode(), ()
        return super().format(record)


def set_up_logging(level: str, style: str) -> None:
    """Send the process's log to standard error in the given style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if style == "json" else _TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The libraries say each packet at info, each client that went away at warning, and each
    # stranger's bad request once at error; the level asked for is about our own lines.
    for library in ("gridcli.socketio", "aiohttp", "asyncio"):
        logging.getLogger(library).setLevel(logging.ERROR)
