"""`gridcli bots`: the options of a swarm, and its exit code."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from random import SystemRandom

import click
import uvloop

from gridcli.core.errors import SetupError
from gridcli.heap import steady_heap
from gridcli.link.local import find_game
from gridcli.link.target import Target, Transport
from gridcli.options import Duration, link_options

from .loading import load_script
from .report import Progress, as_json, as_table
from .scripts import BUILT_IN
from .swarm import Plan, Swarm
from .verdict import INTERRUPTED, judge

_DEFAULT_S = 30.0
_BOTS_PER_RAMP_SECOND = 100

_EPILOG = f"""\b
Examples:
  gridcli bots --count 200                 fill the running game, or a new one
  gridcli bots --count 50 --duration 10s --json > run.json
  gridcli bots --server http://127.0.0.1:8765 --room den --script chaser
  gridcli bots --script my_bot.py:bot      your own: "async def bot(player)", or a
                                           function from world and Random to a direction
  gridcli bots --protocol 1                as the clients of the 2017 demo

Scripts: {", ".join(BUILT_IN)}.
Exit codes: 0 ok, 1 bots failed or moves were lost, 2 usage, 3 cannot connect, 98 the
generator was saturated, 130 interrupted. The first Ctrl-C ends the run with its summary,
the second at once.
"""


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.option("--count", type=click.IntRange(min=1), default=20, help="Number of bots.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True, max=100),
    default=4.0,
    help="Moves per second of each bot, on a schedule fixed beforehand.",
)
@click.option(
    "--duration",
    type=Duration(),
    show_default=f"until Ctrl-C on a terminal, otherwise {_DEFAULT_S:g}s",
    help="How long to play once all bots are in: 30s, 2m.",
)
@click.option(
    "--ramp",
    type=Duration(),
    show_default=f"1s for each {_BOTS_PER_RAMP_SECOND} bots",
    help="Time over which the bots come in.",
)
@click.option(
    "--script",
    default="random",
    metavar="NAME|FILE.py:NAME",
    help="What the bots play.",
)
@click.option("--seed", type=int, show_default="drawn, and printed", help="Repeats a run's moves.")
@click.option(
    "--patience",
    type=Duration(),
    default=5.0,
    help="How long a move may take to be seen before it counts as lost.",
)
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@link_options
def bots(
    count: int,
    rate: float,
    duration: float | None,
    ramp: float | None,
    script: str,
    seed: int | None,
    patience: float,
    json_: bool,
    server: str,
    room: str,
    transport: str,
    protocol: str,
) -> int:
    """Fill a grid with scripted players and measure what each of them sees.

    The result says how long a move takes to be seen (move → seen: from the time at which the
    schedule wanted it until each receiver has decoded a state that includes it), and accounts
    for every delivery. Progress goes to standard error, the result to standard output.
    """
    try:
        loaded = load_script(script)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None
    if duration is None and not sys.stderr.isatty():
        duration = _DEFAULT_S
    plan = Plan(
        target=Target(server, room=room, transport=Transport(transport), protocol=int(protocol)),
        script=loaded,
        script_name=script,
        count=count,
        rate=rate,
        ramp_s=count / _BOTS_PER_RAMP_SECOND if ramp is None else ramp,
        duration_s=duration,
        seed=SystemRandom().randrange(2**32) if seed is None else seed,
        patience_s=patience,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(plan, server, json_))


async def _run(plan: Plan, server: str, json_: bool) -> int:
    progress = Progress()
    stop = asyncio.Event()

    def interrupt() -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)  # asked twice: whatever is stuck is not waited for
        progress.say("ending the run; Ctrl-C again ends it at once")
        stop.set()

    # Before anything is said: whoever reads a first line may press Ctrl-C.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    game = await find_game(server)
    progress.say(game.how)
    plan = replace(plan, target=replace(plan.target, url=game.url))
    swarm = Swarm(plan, progress.show, stop)
    steady_heap()
    progress.say(f"{plan.count} bots, {plan.rate:g} moves/s each, seed {plan.seed}")
    try:
        await swarm.run()
    finally:
        progress.clear()
        if game.own is not None:
            await game.own.stop()
    # Without a duration Ctrl-C is how a run ends, and no interruption.
    verdict = judge(swarm, interrupted=stop.is_set() and plan.duration_s is not None)
    click.echo(as_json(swarm, verdict) if json_ else as_table(swarm, verdict))
    return verdict.exit_code
