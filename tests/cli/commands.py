"""Every command of `gridcli`, also those within groups. Not here: what they do."""

from collections.abc import Iterator

import click

from gridcli.cli import cli


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Each as it is typed, with the command itself; the first is `gridcli`."""
    yield from _under("gridcli", cli, None)


def _under(
    path: str, command: click.Command, parent: click.Context | None
) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, f"{path} {name}"
            yield from _under(f"{path} {name}", found, context)
