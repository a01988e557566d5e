"""The `completion` command: prints a shell's script, or puts it where the shell finds it.

Not here: the scripts (`gridcli.completion.shells`), where they go (`gridcli.completion.install`).
"""

import os
from pathlib import Path

import click

from .shells import SHELLS, script

_EPILOG = """\b
Examples:
  gridcli completion --install      for the shell that you use, without editing its settings
  gridcli completion zsh --install
  gridcli completion bash           print the script

\b
Or by hand, in one line each:
  bash  echo 'eval "$(gridcli completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(gridcli completion zsh)"' >> ~/.zshrc     after its compinit
  fish  gridcli completion fish > ~/.config/fish/completions/gridcli.fish

bash has to be 4.4 or newer. The next shell that you open completes.
"""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.option(
    "--install",
    "install_",
    is_flag=True,
    help="Write the script where the shell looks for it, and say where that is.",
)
def completion(shell: str | None, install_: bool) -> None:
    """Have the Tab key complete commands, options and their values.

    Prints the script for a shell; without a name, for the one that $SHELL is.
    """
    shell = shell or _own_shell()
    if not install_:
        click.echo(script(shell), nl=False)
        return
    from .install import install

    done = install(shell, os.environ)
    click.echo(f"{'written' if done.written else 'already there'}: {done.path}")
    click.echo(done.then or f"the next {shell} that you open completes gridcli")


def _own_shell() -> str:
    name = Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise click.UsageError(f"name a shell: {', '.join(SHELLS)}")
    return name
