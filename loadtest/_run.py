"""One test from begin to end, in every process: Locust's events and what they mean here.

Loaded once per process with the first scenario. A process that has users keeps an account; the
master of several has the workers bring theirs to an end before it takes its result. Not here:
what is counted (`loadtest._seen`), what users do (`loadtest._scenario`).
"""

import dataclasses
import logging
import time
from typing import Any

import gevent
import locust
from locust.runners import STATE_INIT, STATE_STOPPED, MasterRunner, WorkerRunner
from locust.stats import CSV_STATS_INTERVAL_SEC

from gridcli.core.ledger import Counts

from . import _figures
from ._options import add_options, read_options
from ._report import Report, merge
from ._seen import Account

_SETTLE, _SETTLED = "gridcli-settle", "gridcli-settled"
_REPORT = "gridcli"
_GRACE_S = 3.0
SATURATED = 98
"""What Locust ends with where the generator was too slow for its figures to be trusted."""

_hooks: Any = locust.events  # Locust has not annotated them
table = logging.getLogger("locust.stats_logger")  # prints lines as they are, beside the tables

_figures.install()


class _Run:
    """What this process knows of the test."""

    def __init__(self) -> None:
        self.environment: Any = None
        self.account: Account | None = None
        self.settled: set[str] = set()
        self.reports: dict[str, Report] = {}

    def result(self) -> Report:
        if self.account is not None:
            return self.account.report()
        return merge(self.reports.values())


_run = _Run()


def current_account() -> Account:
    """The account of the test that runs in this process."""
    assert _run.account is not None, "a user without a test"
    return _run.account


def _keep_default(environment: Any) -> None:
    """Naming no user class means the one scenario that needs no name.

    The class picker of the web interface runs what is ticked there, which at first is all.
    """
    options = environment.parsed_options
    if getattr(options, "user_classes", None) or isinstance(environment.runner, WorkerRunner):
        return  # a worker has them all, and its master says which
    default = [c for c in environment.user_classes if not getattr(c, "by_name_only", False)]
    if default:
        environment.user_classes = default


def _init(environment: Any, runner: Any, **_: object) -> None:
    _run.environment = environment
    _keep_default(environment)
    # Listeners of this one run last come first: before a worker tells its master that it quits.
    _hooks.quitting.add_listener(_quitting)
    if isinstance(runner, MasterRunner):
        runner.register_message(_SETTLED, _on_settled)
    elif isinstance(runner, WorkerRunner):
        runner.register_message(_SETTLE, _on_settle, concurrent=True)


def _test_start(environment: Any, **_: object) -> None:
    _run.settled.clear()
    _run.reports.clear()
    if not isinstance(environment.runner, MasterRunner):
        _run.account = Account(environment, read_options(environment.parsed_options))
        _run.account.start()


def _test_stopping(environment: Any, **_: object) -> None:
    if isinstance(environment.runner, MasterRunner):
        _settle_workers(environment.runner, read_options(environment.parsed_options).patience_s)
    elif _run.account is not None:
        _run.account.settle()


def _test_stop(environment: Any, **_: object) -> None:
    if _run.account is not None:
        _run.account.stop()
    if environment.web_ui is not None:
        _print_result()  # the process goes on; without a web interface it is the last word


def _quitting(environment: Any, **_: object) -> None:
    # After Ctrl-C the users are still running: what they find must be in the result and in the
    # exit code, which Locust decides on next.
    runner = environment.runner
    if runner is None:
        return
    if runner.state not in (STATE_INIT, STATE_STOPPED):
        if isinstance(runner, MasterRunner):
            runner.stop(send_stop_to_client=False)
        else:
            runner.stop()
    if isinstance(runner, WorkerRunner):
        _send_report(runner)
        return
    if _run.result().saturated:
        # Before any failure: a slow generator must never be taken for a slow server.
        environment.process_exit_code = SATURATED
    if environment.parsed_options.csv_prefix:
        # Locust writes its tables each second and not once more at the end, which would leave
        # the last moves out of them.
        gevent.sleep(CSV_STATS_INTERVAL_SEC + 0.1)


def _quit(**_: object) -> None:
    environment = _run.environment
    if environment is not None and environment.web_ui is None:
        _print_result()


def _print_result() -> None:
    if not isinstance(_run.environment.runner, WorkerRunner):
        for line in _run.result().lines():
            table.info(line)


def _settle_workers(runner: MasterRunner, patience_s: float) -> None:
    """Let the workers wait for what is under way; Locust gives them half a second for all."""
    runner.send_message(_SETTLE)
    until = time.monotonic() + patience_s + _GRACE_S
    while set(runner.clients) - _run.settled and time.monotonic() < until:
        gevent.sleep(0.05)


def _on_settle(environment: Any, **_: object) -> None:
    if _run.account is not None:
        _run.account.settle()
    _send_report(environment.runner)
    environment.runner.send_message(_SETTLED)


def _on_settled(msg: Any, **_: object) -> None:
    _run.settled.add(msg.node_id)


def _send_report(runner: WorkerRunner) -> None:
    data: dict[str, Any] = {}
    _hooks.report_to_master.fire(client_id=runner.client_id, data=data)
    runner.send_message("stats", data)


def _report_to_master(data: dict[str, Any], **_: object) -> None:
    if _run.account is not None:
        data[_REPORT] = dataclasses.asdict(_run.account.report())


def _worker_report(client_id: str, data: dict[str, Any], **_: object) -> None:
    if _REPORT in data:
        figures = dict(data[_REPORT])
        _run.reports[client_id] = Report(counts=Counts(**figures.pop("counts")), **figures)


_hooks.init_command_line_parser.add_listener(add_options)
_hooks.init.add_listener(_init)
_hooks.test_start.add_listener(_test_start)
_hooks.test_stopping.add_listener(_test_stopping)
_hooks.test_stop.add_listener(_test_stop)
_hooks.quit.add_listener(_quit)
_hooks.report_to_master.add_listener(_report_to_master)
_hooks.worker_report.add_listener(_worker_report)
