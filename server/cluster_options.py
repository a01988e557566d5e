"""The options that make several servers one grid: the broker, a server's name, the secret.

Not here: the other options (`server.options`), what a cluster does (`server.cluster`).
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .engines.table import ENGINES
from .node_id import check_node

LEAST_SECRET = 16
"""The shortest secret of a cluster, in bytes."""


def _node(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return check_node(value) if value else value
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


CLUSTER_OPTIONS = [
    click.option(
        "--message-queue",
        default="",
        metavar="URL",
        help="Broker that makes several servers one grid: redis://, rediss://, unix://, amqp:// "
        "or amqps://.",
    ),
    click.option(
        "--node",
        callback=_node,
        default="",
        show_default="random",
        metavar="NAME",
        help="This server's name among them, of a-z and 0-9; session ids begin with it.",
    ),
    click.option(
        "--cluster-secret",
        type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        envvar="GRIDCLI_SERVE_CLUSTER_SECRET_FILE",
        allow_from_autoenv=False,  # it would take the secret for a path
        metavar="FILE",
        help="File with the secret that the servers share; or the secret itself in the "
        "environment, as GRIDCLI_SERVE_CLUSTER_SECRET. Signs what they tell each other.",
    ),
    click.option(
        "--require-bus",
        is_flag=True,
        help="End if the broker can't be reached at the start, instead of trying on.",
    ),
]


def cluster_secret_from(given: Mapping[str, Any]) -> bytes:
    """The secret that a command's parameters name; empty if none is needed.

    Raises:
        click.BadParameter: it is too short, or a broker needs one.
    """
    secret = _cluster_secret(given["cluster_secret"])
    signs = "cluster_secret" not in ENGINES[given["engine"]].unused
    if given["message_queue"] and signs and not secret and not given.get("workers"):
        raise click.BadParameter(
            "--message-queue needs it: give every server the same file, made with "
            "`openssl rand -hex 32 > FILE`",
            param_hint="--cluster-secret",
        )
    return secret


def _cluster_secret(file: Path | None) -> bytes:
    if file is None:
        secret = os.environ.get("GRIDCLI_SERVE_CLUSTER_SECRET", "").strip().encode()
    else:
        secret = file.read_bytes().strip()
    if secret and len(secret) < LEAST_SECRET:
        raise click.BadParameter(
            f"too short: take {LEAST_SECRET} bytes or more, as from `openssl rand -hex 32`",
            param_hint="--cluster-secret",
        )
    return secret
