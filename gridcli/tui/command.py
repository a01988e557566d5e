"""The `play` command: options, and what they may be.

Loads no screen library until the command runs, so that `gridcli play --help` stays quick. Not
here: connecting and running the screen (`gridcli.tui.session`).
"""

from dataclasses import replace
from pathlib import Path
from random import SystemRandom

import click

from gridcli.core.errors import BadInput
from gridcli.core.protocol.auth import check_symbol
from gridcli.core.strategies import STRATEGIES
from gridcli.core.text import check_name
from gridcli.link.target import DEFAULT_PORT
from gridcli.options import link_options, target_of

from .options import PlayOptions
from .replay.options import ReplayOptions, replay_options
from .web.options import WebOptions, web_options

_EPILOG = """\b
Examples:
  gridcli play                                  your own game, or the one that runs here
  gridcli play --server http://192.0.2.7:8765   a friend's
  gridcli play --server http://a:8765,http://b:8765
                                                one grid on two servers; either will do
  gridcli play --server new --port 0            your own, on any free port
  gridcli play --name ada --symbol z --room garden
  gridcli play --auto-move 400                  a random step each 100 to 500 ms
  gridcli play --protocol 1                     as the 2017 demo's clients play
  gridcli play --spectate                       only watch
  gridcli play --web                            in browsers: everybody who opens the page plays
  gridcli play --record game.jsonl              write down what happens
  gridcli play --replay game.jsonl --speed 2    and watch it again; gridcli bots plays it again

\b
Keys: arrows, WASD, hjkl or a click move, t chats, r changes the room, e shows an emote,
n changes the name, b brings bots, f follows others, v watches, ? helps, q quits.
"""


class _Name(click.ParamType[str]):
    name = "name"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            return check_name(str(value))
        except BadInput as error:
            self.fail(error.text, param, ctx)


class _Symbol(click.ParamType[str]):
    name = "letter"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            return check_symbol(str(value))
        except BadInput as error:
            self.fail(error.text, param, ctx)


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.option(
    "--name",
    type=_Name(),
    default="",
    show_default="your letter on the grid",
    help="What others call you.",
)
@click.option(
    "--symbol",
    type=_Symbol(),
    default="",
    show_default="what the server gives",
    help="Your letter on the grid, a consonant.",
)
@link_options
@click.option(
    "--auto-move",
    type=click.IntRange(min=0),
    metavar="MS",
    show_default="you move yourself",
    help="Steps by themselves, one each 100 to 100+MS milliseconds.",
)
@click.option(
    "--script",
    type=click.Choice(list(STRATEGIES)),
    default="random",
    help="What --auto-move plays.",
)
@click.option(
    "--seed",
    type=int,
    show_default="drawn",
    help="Repeats the steps of --auto-move; they are those of the first bot with this seed.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write down what is sent and received, as JSON lines.",
)
@replay_options
@click.option("--spectate", is_flag=True, help="Watch without playing.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters alone.")
@click.option(
    "--theme",
    type=click.Choice(["dark", "light"]),
    default="dark",
    help="For which background the colours are; there are more in the palette.",
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="gridcli/keys.toml in $XDG_CONFIG_HOME or ~/.config",
    help="Other keys.",
)
@click.option("--print-keys", is_flag=True, help="Print the keys as a file to start from, and end.")
@click.option(
    "--host",
    default="127.0.0.1",
    help="Address that a server of your own listens on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    help="Its port; a free one where that is taken.",
)
@web_options
def play(
    name: str,
    symbol: str,
    server: tuple[str, ...],
    room: str,
    transport: str,
    protocol: str,
    token_file: Path | None,
    auto_move: int | None,
    script: str,
    seed: int | None,
    record: Path | None,
    spectate: bool,
    ascii_only: bool,
    theme: str,
    keys: Path | None,
    print_keys: bool,
    host: str,
    port: int,
    web: WebOptions | None,
    replay: ReplayOptions | None,
) -> None:
    """Play on a shared grid in this terminal, or with --web in browsers.

    Joins the game that runs on this machine, or starts one that lasts as long as the screen.
    """
    if print_keys:
        from .keys_file import as_toml, read_keys

        click.echo(as_toml(read_keys(keys)), nl=False)
        return
    options = PlayOptions(
        target=replace(
            target_of(server, room, transport, protocol, token_file),
            name=name,
            symbol=symbol,
            spectate=spectate,
        ),
        auto_move_ms=auto_move,
        script=script,
        seed=SystemRandom().randrange(2**32) if seed is None else seed,
        record=record,
        ascii_only=ascii_only,
        theme=theme,
        keys=keys,
        host=host,
        port=port,
    )
    # What follows takes a while to load, and `--help` and wrong options do not need it.
    if web is not None:
        from .web import serve

        serve.run(replay or options, web)
    elif replay is not None:
        from .replay import session as replay_session

        replay_session.run(replay)
    else:
        from . import session

        session.run(options)
