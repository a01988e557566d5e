"""`gridcli stacks`: the same work on several servers in turn, to choose one by.

Each is started afresh, and searched for the most players at which an objective holds. Not here:
which servers there are (`bots.contenders`), doing it and showing it (`bots.comparing`).
"""

from pathlib import Path

import click

from gridcli.core.errors import SetupError
from gridcli.core.run.objective import Objective
from gridcli.link.target import Target, Transport
from gridcli.options import Duration

from .contenders import CONTENDERS, Contender
from .options import ObjectiveType, limits, seed_or_drawn, swarm_options

_EPILOG = """\b
Examples:
  gridcli stacks                                  all that are installed; about 15 minutes
  gridcli stacks --list                           which are installed, and what others need
  gridcli stacks gridcli gevent node              these three
  gridcli stacks --slo 'p99<50ms,lost=0' --out stacks.json
  gridcli stacks --step-time 2s --trials 5        a first impression in 4 minutes
  gridcli stacks --out stacks.json --page docs/benchmarks/stacks.md
  gridcli report stacks.json                      the table and the plot again

Ctrl-C ends it with what is measured until then; --out is written after each server.
Exit codes: 0 all that are installed were measured, 1 one could not be, 2 usage, 130 interrupted.
"""


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.argument(
    "keys",
    nargs=-1,
    type=click.Choice([contender.key for contender in CONTENDERS]),
    metavar="[SERVER]...",
)
@click.option("--list", "list_", is_flag=True, help="Say which servers there are, and end.")
@click.option(
    "--slo",
    type=ObjectiveType(),
    default="p99<100ms,lost=0",
    metavar="CONDITIONS",
    help="What must hold.",
)
@click.option("--start", type=click.IntRange(min=1), default=20, help="The first size.")
@click.option("--most", type=click.IntRange(min=1), default=1280, help="The largest size to try.")
@click.option("--step-time", type=Duration(), default=5.0, help="How long each trial is measured.")
@click.option(
    "--trials", type=click.IntRange(min=1), default=12, help="The most trials for each server."
)
@click.option("--grid", default="20x10", metavar="WxH", help="Columns and rows of the room.")
@click.option(
    "--pin/--no-pin",
    default=True,
    help="Keep the server on one core and the bots on the others, where the system can.",
)
@swarm_options
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.md",
    help="Write a page in Markdown, and its plot as SVG beside it.",
)
@click.option("--json", "json_", is_flag=True, help="Print the run file in place of the table.")
def stacks(
    keys: tuple[str, ...],
    list_: bool,
    slo: Objective,
    start: int,
    most: int,
    step_time: float,
    trials: int,
    grid: str,
    pin: bool,
    rate: float,
    script: str,
    seed: int | None,
    patience: float,
    limit_lag: float,
    limit_debt: float,
    limit_cpu: float,
    out: Path | None,
    page: Path | None,
    json_: bool,
) -> int:
    """Compare servers: which one holds how many players, and how long a move takes to be seen.

    Runs our server, python-socketio's own, Flask-SocketIO in its three modes, and Socket.IO on
    Node, as far as they are installed, in turn on the same work, one process each.
    """
    if list_:
        click.echo("\n".join(map(_about, CONTENDERS)))
        return 0
    # Only now: --help and the completion of options need none of what plays.
    from gridcli.core.run.search import Search

    from .comparing import compare_stacks
    from .comparison import Comparison, Work
    from .loading import load_script
    from .plan import Plan
    from .result import check_writable

    if start > most:
        raise click.UsageError("--start must not be above --most")
    try:
        loaded = load_script(script)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None
    if page is not None and page.suffix != ".md":
        raise click.BadParameter("a page's name ends in .md", param_hint="--page")
    check_writable(out)
    check_writable(page)
    plan = Plan(
        target=Target("", transport=Transport.WEBSOCKET),
        script=loaded,
        script_name=script,
        steps=(),
        rate=rate,
        ramp_s=None,
        step_s=step_time,
        seed=seed_or_drawn(seed),
        patience_s=patience,
        limits=limits(limit_lag, limit_debt, limit_cpu),
    )
    work = Work(
        plan=plan, slo=slo, grid=grid, search=lambda: Search(start, most, most_trials=trials)
    )
    chosen = [each for each in CONTENDERS if not keys or each.key in keys]
    return compare_stacks(Comparison(work, chosen, pin=pin, out=out), page, json=json_)


def _about(contender: Contender) -> str:
    missing = contender.missing()
    return f"{contender.key:<10} {contender.label:<28} {missing or 'installed'}"
