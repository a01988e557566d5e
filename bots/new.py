"""`gridcli bots new`: writes a bot to start from, and says how to play it.

Not here: the bot itself (`bots.template`), loading it (`bots.loading`).
"""

import re
import shlex
from pathlib import Path

import click

from gridcli.core.errors import SetupError

_OWN_NAME = "my_bot.py"
"""How the template calls itself."""
_PLAIN = re.compile(r"[\w./-]+\Z")

_EPILOG = f"""\b
Examples:
  gridcli bots new {_OWN_NAME}
  gridcli bots --script {_OWN_NAME}:bot --count 10
  gridcli bots new {_OWN_NAME} --force     start again from the template
"""


@click.command(epilog=_EPILOG, short_help="Write a bot of your own to start from.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.py")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def new(file: Path, force: bool) -> int:
    """Write a bot of your own to start from: short, commented, and it plays as it is."""
    if file.suffix != ".py" or not file.stem:
        raise click.BadParameter(f"{file} must end in .py", param_hint="FILE.py")
    try:
        with file.open("w" if force else "x", encoding="utf-8") as written:
            written.write(template(str(file)))
    except FileExistsError:
        raise SetupError(f"{file} is there already; --force overwrites it") from None
    except OSError as error:
        raise SetupError(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from None
    script = shlex.quote(f"{file}:bot")
    click.echo(f"written: {file}")
    click.echo(f"play it: gridcli bots --script {script} --count 10")
    click.echo("watch it: gridcli play, in a second terminal")
    return 0


def template(name: str) -> str:
    """The bot as Python source, whose comments call the file by its name."""
    source = Path(__file__).with_name("template.py").read_text(encoding="utf-8")
    return source.replace(_OWN_NAME, name) if _PLAIN.match(name) else source
