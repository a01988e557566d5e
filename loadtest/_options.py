"""The options that the scenarios add to Locust's command line, and some of them to its web form.

Each can also come from the environment, as GRIDCLI_LOADTEST_<OPTION>. Not here: what their values
may be (`loadtest._values`), what a scenario does with them (`loadtest._scenario`).
"""

from dataclasses import dataclass, field
from typing import Any

from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.run.limits import Limits
from gridcli.core.run.objective import Objective, parse_objective
from gridcli.core.strategies import STRATEGIES
from gridcli.core.tokens import OWN_TOKEN

from . import _values

DEFAULT_HOST = "http://127.0.0.1:8765"
"""Where `gridcli serve` listens when it is told nothing."""

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Options:
    """What every scenario goes by; the web form may change it from test to test."""

    rate: float = 4.0
    room: str = LOBBY
    protocol: int = TICKS
    script: str = "random"
    seed: int = 1
    patience_s: float = 5.0
    limits: Limits = field(default_factory=Limits)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What only the command line says, as it names files and decides on the exit code."""

    steps: tuple[int, ...] = ()
    step_s: float = 10.0
    thresholds: tuple[Objective, ...] = ()
    run_file: str = ""


def add_options(parser: Any, **_: object) -> None:
    """Listener of Locust's `init_command_line_parser`."""
    default, plan = Options(), Plan()

    def add(name: str, **how: Any) -> None:
        variable = "GRIDCLI_LOADTEST_" + name.lstrip("-").replace("-", "_").upper()
        parser.add_argument(name, env_var=variable, **how)

    add(
        "--rate",
        type=_values.not_negative,
        default=default.rate,
        help="Moves a second of each player; arrivals a second in Storm (default: %(default)s)",
    )
    add(
        "--grid-room",
        type=_values.room,
        default=default.room,
        help="Room that players are in; Rooms adds -2, -3, … for its others (default: %(default)s)",
    )
    add(
        "--protocol",
        type=int,
        choices=(DEMO, TICKS),
        default=default.protocol,
        help="Protocol to ask for; a server that knows only 1 is spoken to in 1 "
        "(default: %(default)s)",
    )
    add(
        "--script",
        choices=tuple(STRATEGIES),
        default=default.script,
        help="How players choose their steps, as with `gridcli bots` (default: %(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=default.seed,
        help="Seed of every player's choices; the same gives the same moves (default: %(default)s)",
    )
    add(
        "--patience",
        type=_values.not_negative,
        default=default.patience_s,
        help="Seconds after which a move that was not seen is lost (default: %(default)s)",
    )
    of_run: dict[str, Any] = {"include_in_web_ui": False}
    add(
        "--token-file",
        type=_values.token_file,
        default=None,
        metavar="FILE",
        help="File with the token that a server lets players in by; or the token itself in the "
        f"environment, as {OWN_TOKEN}. Each worker reads its own",
        **of_run,
    )
    for name, limit, what in (
        ("lag", f"{_LIMITS.lag_ms:g}ms", "its loop lags more (p95, or where p99 misses)"),
        ("debt", f"{_LIMITS.debt_ms:g}ms", "moves leave later than scheduled (likewise)"),
    ):
        add(
            f"--limit-{name}",
            type=_values.seconds,
            default=limit,
            help=f"A step is INVALID where {what} (default: {limit})",
            **of_run,
        )
    add(
        "--limit-cpu",
        type=_values.not_negative,
        default=_LIMITS.cpu,
        help="A step is INVALID where a process takes more of a core (default: %(default)s)",
        **of_run,
    )
    add(
        "--threshold",
        action="append",
        type=_values.conditions,
        default=[],
        metavar="CONDITIONS",
        help="Conditions that each step must meet, such as 'seen_ms:p99<100,lost=0'; else the "
        "exit code is 99. May be given several times",
        **of_run,
    )
    add(
        "--run-file",
        type=_values.writable,
        default=None,
        metavar="FILE",
        help="Write the run file, for `gridcli report` and `gridcli compare`",
        **of_run,
    )
    add(
        "--steps",
        type=_values.steps,
        default=None,
        metavar="N,N,…",
        help="Several numbers of users, one after the other, in place of --users; "
        "--spawn-rate is the ramp between them",
        **of_run,
    )
    add(
        "--step-time",
        type=_values.seconds,
        default=f"{plan.step_s:g}s",
        help="How long each of --steps is measured (default: %(default)s)",
        **of_run,
    )
    # Nobody but this machine, unless asked for: the web interface starts load for anyone, and
    # the port for workers takes orders.
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")


def read_options(parsed: Any) -> Options:
    """The options of a test that begins; the web form may have changed them without checks."""
    return Options(
        rate=max(float(parsed.rate), 0.0),
        room=str(parsed.grid_room),  # the server refuses a bad one, which is a failure to see
        protocol=DEMO if int(parsed.protocol) == DEMO else TICKS,
        script=parsed.script if parsed.script in STRATEGIES else Options().script,
        seed=int(parsed.seed),
        patience_s=max(float(parsed.patience), 0.1),
        limits=Limits(
            float(parsed.limit_lag) * 1000,
            float(parsed.limit_debt) * 1000,
            float(parsed.limit_cpu),
        ),
        token=_values.token_in(parsed.token_file),
    )


def read_plan(parsed: Any) -> Plan:
    """What the command line says; read once, so that no web form writes to files."""
    return Plan(
        steps=_values.numbers(parsed.steps) if parsed.steps else (),
        step_s=float(parsed.step_time),
        thresholds=tuple(map(parse_objective, parsed.threshold)),
        run_file=parsed.run_file or "",
    )
