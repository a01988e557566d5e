"""What strangers can make the libraries log as errors, said as what it is: one line at info.

Not here: the log's form and how often a line may come (`server.logs`).
"""

import logging

from aiohttp.http_exceptions import HttpProcessingError

from .edge import ONE_LINE

_ONCE = "(further occurrences of this error"
"""What python-engineio adds to the first bad request of a kind."""


def keep_quiet(socketio_log: logging.Logger) -> None:
    """From now on no request, however broken, is an error of ours or leaves a traceback.

    Args:
        socketio_log: what python-engineio logs to.
    """
    # aiohttp's server knows no other log than this one, whoever runs the application.
    logging.getLogger("aiohttp.server").addFilter(_bad_http)
    socketio_log.addFilter(_bad_request)


def _bad_http(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ConnectionError):
        _soften(record)
        record.msg, record.args = "%s left before it was answered", record.args or ("a client",)
        record.exc_info = None
        record.__dict__.update(ONE_LINE)
    if isinstance(error, HttpProcessingError):
        _soften(record)
        record.msg = "what %s sent is no HTTP: %s"
        record.args = (*(record.args or ("a client",)), type(error).__name__)
        record.exc_info = None
        record.__dict__.update(ONE_LINE)
    return True


def _bad_request(record: logging.LogRecord) -> bool:
    if _ONCE in str(record.msg):
        _soften(record)
    return True


def _soften(record: logging.LogRecord) -> None:
    record.levelno, record.levelname = logging.INFO, "INFO"
