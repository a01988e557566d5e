"""`gridcli capacity`: the largest number of players at which an objective holds.

Not here: looking for it (`bots.searching`).
"""

from pathlib import Path

import click

from gridcli.core.application import Application
from gridcli.core.errors import SetupError
from gridcli.core.run.objective import Objective
from gridcli.options import Duration, link_options, target_of

from .options import ObjectiveType, app_option, limits, measured, seed_or_drawn, swarm_options
from .pace import BOTS_PER_RAMP_SECOND

_EPILOG = """\b
Examples:
  gridcli capacity --slo 'p99<100ms,lost=0'
  gridcli capacity --slo 'p99<50ms' --server http://127.0.0.1:8765 --out capacity.json
  gridcli capacity --slo 'p99<100ms,lost<0.1%' --protocol 1 --step-time 10s --most 400
  gridcli capacity --app chat_app.py:Chat --server http://127.0.0.1:5000

Sizes grow until the objective fails, then trials go on near the edge. The number is the
size at which the objective holds in half of the trials, with its 95 % interval.
Exit codes: 0 a number was found, 1 not even the smallest size holds, 2 usage, 3 cannot
connect, 98 the generator was the limit (the number is a lower bound), 130 interrupted.
"""


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.option(
    "--slo",
    type=ObjectiveType(),
    default="p99<100ms,lost=0",
    metavar="CONDITIONS",
    help="What must hold, such as 'p99<100ms,lost=0'.",
)
@click.option("--start", type=click.IntRange(min=1), default=20, help="The first size.")
@click.option("--most", type=click.IntRange(min=1), default=2000, help="The largest size to try.")
@click.option("--step-time", type=Duration(), default=6.0, help="How long each trial is measured.")
@click.option("--trials", type=click.IntRange(min=1), default=25, help="The most trials to make.")
@click.option(
    "--ramp",
    type=Duration(),
    show_default=f"1s for each {BOTS_PER_RAMP_SECOND} bots",
    help="Time over which the bots of a trial come in.",
)
@swarm_options
@app_option
@click.option("--json", "json_", is_flag=True, help="Print the run file in place of the table.")
@link_options
def capacity(
    slo: Objective,
    start: int,
    most: int,
    step_time: float,
    trials: int,
    ramp: float | None,
    rate: float,
    script: str,
    seed: int | None,
    patience: float,
    limit_lag: float,
    limit_debt: float,
    limit_cpu: float,
    out: Path | None,
    app: Application | None,
    json_: bool,
    server: tuple[str, ...],
    room: str,
    transport: str,
    protocol: str,
    token_file: Path | None,
) -> int:
    """Find how many players a server holds while an objective is met.

    Tries sizes with a swarm of bots, repeats near the edge, and prints the number with its 95 %
    interval and the trials on either side. Ctrl-C ends it with what is known until then.
    """
    # Only now: --help and the completion of options need none of what plays.
    from gridcli.core.run.search import Search

    from .loading import load_script
    from .plan import Plan
    from .result import check_writable
    from .searching import find_capacity

    try:
        loaded = load_script(script)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None
    if start > most:
        raise click.UsageError("--start must not be above --most")
    check_writable(out)
    plan = Plan(
        target=measured(app, target_of(server, room, transport, protocol, token_file)),
        script=loaded,
        script_name=script,
        application=app,
        steps=(),
        rate=rate,
        ramp_s=ramp,
        step_s=step_time,
        seed=seed_or_drawn(seed),
        patience_s=patience,
        limits=limits(limit_lag, limit_debt, limit_cpu),
    )
    return find_capacity(plan, slo, Search(start, most, most_trials=trials), out, json=json_)
