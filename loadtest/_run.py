"""One test from begin to end, in every process: Locust's events and what they mean here.

Loaded once per process with the first scenario. A process that has users keeps an account; the
one without a master concludes: prints, writes the run file, decides on the exit code. Not here:
what is counted (`loadtest._account`), how processes do the same (`loadtest._crew`), what users do
(`loadtest._scenario`).
"""

import logging
import sys
import time
from typing import Any

import gevent
import locust
from locust.runners import STATE_INIT, STATE_STOPPED, MasterRunner, WorkerRunner
from locust.stats import CSV_STATS_INTERVAL_SEC

from gridcli.core.application import Application
from gridcli.core.errors import SetupError
from gridcli.core.run.verdict import INTERRUPTED, MISSED, SATURATED
from gridcli.machine import now_utc

from . import _application, _figures, _otel, _tab
from ._account import Account
from ._crew import ANSWER, ASK, Alone, Crew, Workers, answer, hand_over
from ._interrupt import interrupt_in_main
from ._live import Live
from ._options import Options, Plan, add_options, read_options, read_plan
from ._result import lines_of, run_of, write_run
from ._shape import Steps

_USAGE = 2
_LIVE = "gridcli"
_ASKED_S = 3.0
"""How long a worker that is being stopped waits for its master's questions."""

_hooks: Any = locust.events  # Locust has not annotated them
table = logging.getLogger("locust.stats_logger")  # prints lines as they are, beside the tables

_figures.install()


class _Run:
    """What this process knows of the test."""

    def __init__(self) -> None:
        self.environment: Any = None
        self.plan = Plan()
        self.options = Options()
        self.shape: Steps | None = None
        self.account: Account | None = None
        self.crew: Crew | None = None
        self.started = ""
        self.live = Live()
        self.lines: list[str] = []
        self.handed_over = False
        self.application: Application | None = None

    @property
    def is_worker(self) -> bool:
        return isinstance(self.environment.runner, WorkerRunner)


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
    # The loop last looked at the clock before all was imported, and Locust has --run-time count
    # from there: on a busy machine a test of some seconds would be over before it began.
    gevent.get_hub().loop.update_now()
    interrupt_in_main()
    _run.environment = environment
    _run.plan = read_plan(environment.parsed_options)
    _keep_default(environment)
    if not isinstance(runner, WorkerRunner):  # which is told by its master what runs
        _look_for_application(environment, or_exit=True)
        if _run.application is not None:
            _application.warn_of(environment.parsed_options)
    _application.follow(runner)
    # Listeners of this one run last come first: before a worker tells its master that it quits.
    _hooks.quitting.add_listener(_quitting)
    if isinstance(runner, WorkerRunner):
        runner.register_message(ASK, _on_ask, concurrent=True)
        return
    if isinstance(runner, MasterRunner):
        runner.register_message(ANSWER, _on_answer)
    if _run.plan.steps:
        _take_shape(environment, runner)
    if environment.web_ui is not None:
        _tab.install(environment, lambda: _run.live)


def _look_for_application(environment: Any, *, or_exit: bool = False) -> None:
    try:
        _run.application = _application.application_of(environment.user_classes)
    except SetupError as error:
        table.error("%s", error)
        if or_exit:
            sys.exit(_USAGE)  # any other exception in a listener would only be logged


def _take_shape(environment: Any, runner: Any) -> None:
    options, plan = environment.parsed_options, _run.plan
    if options.num_users or options.run_time:
        table.warning("--users and --run-time have no effect with --steps")
    shape = _run.shape = Steps(plan.steps, plan.step_s, options.spawn_rate)
    shape.runner = runner
    environment.shape_class = shape
    if environment.available_shape_classes is not None:
        environment.available_shape_classes[type(shape).__name__] = shape  # for the class picker


def _test_start(environment: Any, **_: object) -> None:
    options = _run.options = read_options(environment.parsed_options)
    _run.started, _run.lines, _run.handed_over = now_utc(), [], False
    runner = environment.runner
    if not isinstance(runner, WorkerRunner):
        # The web interface may have picked other user classes.
        _look_for_application(environment)
    if isinstance(runner, MasterRunner):
        _run.live = Live(_run.started)
        _run.crew = Workers(runner, options.patience_s)
    else:
        stepped = bool(read_plan(environment.parsed_options).steps)
        account = _run.account = Account(environment, options, stepped=stepped)
        account.live.test = _run.started
        account.start()
        _otel.follow(account, wanted=bool(environment.parsed_options.otel))
        _run.live, _run.crew = account.live, Alone(account)
    if _run.shape is not None and environment.shape_class is _run.shape:
        _run.shape.begin(_run.crew)


def _spawning_complete(user_count: int, **_: object) -> None:
    if _run.shape is not None:
        _run.shape.spawned(user_count)
    elif _run.account is not None and not _stepped():
        gevent.spawn(_begin, _run.account)


def _stepped() -> bool:
    return bool(_run.environment.parsed_options.steps)


def _begin(account: Account) -> None:
    account.gather()
    if not account.timeline.step.duration_s:  # one step for the whole test
        account.begin()


def _test_stopping(environment: Any, **_: object) -> None:
    if _run.is_worker:
        if _run.account is not None:
            _run.account.finish()
    elif _run.crew is not None:
        if _run.shape is not None:
            _run.shape.halt()
        _run.crew.finish()


def _test_stop(environment: Any, **_: object) -> None:
    if not _run.is_worker and _run.crew is not None:
        _conclude(environment, _run.crew)
    if _run.account is not None:
        _run.account.stop()


def _conclude(environment: Any, crew: Crew) -> None:
    part, shape = crew.whole(), _run.shape
    interrupted = shape is not None and not shape.finished
    run = run_of(
        *(part, environment, _run.options, _run.plan, _run.started),
        application=_run.application,
        interrupted=interrupted,
    )
    if run.exit_code in (SATURATED, MISSED, INTERRUPTED):
        environment.process_exit_code = run.exit_code
    _run.lines = list(lines_of(part, run))
    if _run.plan.run_file:
        try:
            write_run(run, _run.plan.run_file)
        except SetupError as error:
            _run.lines.append(str(error))
            environment.process_exit_code = environment.process_exit_code or error.exit_code
        else:
            _run.lines.append(f"Run file: {_run.plan.run_file}")
    if environment.web_ui is not None:
        _print_result()  # the process goes on; without a web interface it is the last word


def _quitting(environment: Any, **_: object) -> None:
    # After Ctrl-C the users are still running: what they find must be in the result and in the
    # exit code, which Locust decides on next.
    runner = environment.runner
    if runner is None:
        return
    if isinstance(runner, WorkerRunner):
        _wait_for_master()
    if runner.state not in (STATE_INIT, STATE_STOPPED):
        if isinstance(runner, MasterRunner):
            runner.stop(send_stop_to_client=False)
        else:
            runner.stop()
    if isinstance(runner, WorkerRunner):
        if _run.account is not None and not _run.handed_over:
            _send_report(runner)
            hand_over(runner, _run.account)
    elif environment.parsed_options.csv_prefix:
        # Locust writes its tables each second and not once more at the end, which would leave
        # the last moves out of them.
        gevent.sleep(CSV_STATS_INTERVAL_SEC + 0.1)


def _wait_for_master() -> None:
    """Ctrl-C reaches all processes: while the users are there the master may still ask."""
    until_s = time.monotonic() + _ASKED_S
    while _run.account and not _run.handed_over and time.monotonic() < until_s:
        gevent.sleep(0.02)


def _quit(**_: object) -> None:
    environment = _run.environment
    if environment is not None and environment.web_ui is None:
        _print_result()


def _print_result() -> None:
    for line in _run.lines:
        table.info(line)


def _on_ask(environment: Any, msg: Any, **_: object) -> None:
    if msg.data["what"] == "part":
        _send_report(environment.runner)
    answer(environment.runner, _run.account, msg.data)
    if msg.data["what"] == "part":
        _run.handed_over = True


def _on_answer(msg: Any, **_: object) -> None:
    if isinstance(_run.crew, Workers):
        _run.crew.on_answer(msg.node_id, msg.data)


def _send_report(runner: WorkerRunner) -> None:
    data: dict[str, Any] = {}
    _hooks.report_to_master.fire(client_id=runner.client_id, data=data)
    runner.send_message("stats", data)


def _report_to_master(data: dict[str, Any], **_: object) -> None:
    if _run.account is not None:
        data[_LIVE] = _run.account.live.news()


def _worker_report(data: dict[str, Any], **_: object) -> None:
    _run.live.take(data.get(_LIVE, ()))


_hooks.init_command_line_parser.add_listener(add_options)
_hooks.init.add_listener(_init)
_hooks.test_start.add_listener(_test_start)
_hooks.spawning_complete.add_listener(_spawning_complete)
_hooks.test_stopping.add_listener(_test_stopping)
_hooks.test_stop.add_listener(_test_stop)
_hooks.quit.add_listener(_quit)
_hooks.report_to_master.add_listener(_report_to_master)
_hooks.worker_report.add_listener(_worker_report)
