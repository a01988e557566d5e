"""`gridcli bots`: the options of a swarm, and its exit code.

Not here: running the swarm (`bots.session`), the options that `gridcli capacity` has too
(`bots.options`).
"""

import sys
from dataclasses import replace
from pathlib import Path

import click

from gridcli.core.application import Application
from gridcli.core.errors import SetupError
from gridcli.core.run.objective import Objective
from gridcli.options import Duration, link_options, target_of

from .new import new
from .options import (
    ObjectiveType,
    Steps,
    app_option,
    given,
    limits,
    measured,
    seed_or_drawn,
    swarm_options,
)
from .pace import BOTS_PER_RAMP_SECOND
from .scripts import BUILT_IN

_DEFAULT_S = 30.0
_STEP_S = 10.0

_EPILOG = f"""\b
Examples:
  gridcli bots --count 200                 fill the running game, or a new one
  gridcli bots --steps 10,50,100,200 --step-time 10s --out run.json
  gridcli bots --count 50 --duration 10s --threshold 'seen_ms:p99<100,lost=0'
  gridcli bots --count 50 --duration 10s --json > run.json
  gridcli bots --server http://127.0.0.1:8765 --room den --script chaser
  gridcli bots --room paint --script painter --count 200
                                           a game of paint; tagger plays tag
  gridcli bots new my_bot.py               writes a bot of your own to start from:
  gridcli bots --script my_bot.py:bot      "async def bot(player)", or a function from
                                           world and Random to a direction
  gridcli bots --protocol 1                as the clients of the 2017 demo
  gridcli bots --record run.jsonl          and again, at another speed:
  gridcli bots --replay run.jsonl --speed 4
  gridcli bots --app chat_app.py:Chat --server http://127.0.0.1:5000
                                           a broadcast of an application of your own

Scripts: {", ".join(BUILT_IN)}.

On a terminal it is a dashboard: + and - change the number of bots, which ends the step and
begins another one, and q ends the run as Ctrl-C does. --plain gives a line a second, and so does
whatever is no terminal.

Exit codes: 0 ok, 1 bots failed or moves were lost, 2 usage, 3 cannot connect, 98 the
generator was saturated, 99 a threshold did not hold, 130 interrupted. The first Ctrl-C
ends the run with its summary, the second at once.
"""


@click.group(
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
    subcommand_metavar="[new FILE.py]",
)
@click.option("--count", type=click.IntRange(min=1), default=20, help="Number of bots.")
@click.option(
    "--duration",
    type=Duration(),
    show_default=f"until Ctrl-C on a terminal, otherwise {_DEFAULT_S:g}s",
    help="How long to play once all bots are in: 30s, 2m.",
)
@click.option(
    "--steps",
    type=Steps(),
    help="Several numbers of bots, one after the other, in place of --count.",
)
@click.option(
    "--step-time", type=Duration(), default=_STEP_S, help="How long each of --steps is measured."
)
@click.option(
    "--ramp",
    type=Duration(),
    show_default=f"1s for each {BOTS_PER_RAMP_SECOND} bots",
    help="Time over which the bots of a step come in.",
)
@click.option(
    "--threshold",
    "thresholds",
    type=ObjectiveType(),
    multiple=True,
    metavar="CONDITIONS",
    help="Conditions that each step must meet, such as 'seen_ms:p99<100,lost=0'; else the exit "
    "code is 99. May be given several times.",
)
@swarm_options
@app_option
@click.option("--json", "json_", is_flag=True, help="Print the run file in place of the table.")
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write down what bots send, and what the first of them receives, as JSON lines.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Play a recording again: a bot for each player in it, at the recorded times.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    help="How many times as fast --replay goes.",
)
@click.option("--plain", is_flag=True, help="A line a second in place of the dashboard.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw the dashboard with ASCII alone.")
@link_options
def bots(
    count: int,
    duration: float | None,
    steps: tuple[int, ...] | None,
    step_time: float,
    ramp: float | None,
    thresholds: tuple[Objective, ...],
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
    record: Path | None,
    replay: Path | None,
    speed: float,
    plain: bool,
    ascii_only: bool,
    server: tuple[str, ...],
    room: str,
    transport: str,
    protocol: str,
    token_file: Path | None,
) -> int:
    """Fill a grid with scripted players and measure what each of them sees.

    The result says how long a move takes to be seen (move → seen: from the time at which the
    schedule wanted it until each receiver has decoded a state that includes it), and accounts
    for every delivery. Progress goes to standard error, the result to standard output.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return 0  # what was asked for is that alone
    # Only now: --help and the completion of options need none of what plays.
    from .loading import load_script
    from .plan import Plan
    from .replay import load_replay
    from .result import check_writable
    from .session import Output, play_bots
    from .view import view_of

    target = measured(app, target_of(server, room, transport, protocol, token_file))
    try:
        loaded = load_script(script)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None
    played = None
    if replay is not None:
        _refuse_beside_replay()
        played = load_replay(replay, speed)
        steps = (len(played.parts),)
        if not given("room"):
            target = replace(target, room=played.header.room or room)
        duration = played.length_s if duration is None else duration
    elif steps is not None:
        if duration is not None:
            raise click.UsageError(
                "--steps are measured for --step-time each; leave --duration out"
            )
        duration = step_time
    elif duration is None and not sys.stderr.isatty():
        duration = _DEFAULT_S
    check_writable(out)
    plan = Plan(
        target=target,
        script=loaded,
        script_name=script if played is None else f"replay of {played.header.tool}",
        steps=steps or (count,),
        rate=rate,
        ramp_s=ramp,
        step_s=duration,
        seed=seed_or_drawn(seed),
        patience_s=patience,
        limits=limits(limit_lag, limit_debt, limit_cpu),
        replay=played,
        application=app,
    )
    view = view_of(plain=plain, ascii_only=ascii_only)
    return play_bots(plan, thresholds, Output(json_, out, record), view)


bots.add_command(new)


def _refuse_beside_replay() -> None:
    for name in ("count", "steps", "rate", "ramp", "script", "seed"):
        if given(name):
            raise click.UsageError(f"--replay plays what was recorded; leave --{name} out")
