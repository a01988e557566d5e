"""Ctrl-C ends a test where Locust waits for its end, and hits nobody who plays.

Not here: what a test that was interrupted says (`_run`, `_result`).
"""

import signal

import gevent


def interrupt_in_main() -> None:
    """From now on, raise `KeyboardInterrupt` in the greenlet that calls this, the main one.

    Python raises it in whichever greenlet happens to run. That is mostly a player's or a reader's,
    which ends with a traceback, half way through what it was counting; and only then the test.
    Whoever has changed what the signal does, or has it ignored, as a shell does for its background
    jobs, is left alone.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        gevent.signal_handler(signal.SIGINT, gevent.kill, gevent.getcurrent(), KeyboardInterrupt)
