"""A swarm that has played, as a run for the run file.

Not here: the run and its file (`gridcli.core.run`).
"""

from pathlib import Path

from gridcli import __version__
from gridcli.core.application import name_of
from gridcli.core.errors import SetupError
from gridcli.core.run.file import encode_run
from gridcli.core.run.model import Fault, Run
from gridcli.machine import machine, versions

from .swarm import Swarm

_WORST_PAIRS = 100


def run_of(swarm: Swarm, tool: str, started: str) -> Run:
    """What a swarm has measured so far.

    Args:
        swarm: the swarm.
        tool: "bots" or "capacity".
        started: when it began, ISO 8601 in UTC.
    """
    plan = swarm.plan
    replay, application = plan.replay, plan.application
    what: dict[str, object] = {"room": plan.target.room, "script": plan.script_name}
    if application is not None:
        what = {"application": name_of(application), "event": application.event}
    return Run(
        tool=tool,
        version=__version__,
        started=started,
        server=plan.target.address,
        protocol=swarm.protocol,
        seed=plan.seed if replay is None else replay.header.seed,
        machine=machine(),
        versions=versions(),
        options={
            **what,
            "transport": str(plan.target.transport),
            "rate": plan.rate if replay is None else None,
            "speed": None if replay is None else replay.speed,
            "ramp_s": plan.ramp_s,
            "step_s": plan.step_s,
            "patience_s": plan.patience_s,
            "limit_lag_ms": plan.limits.lag_ms,
            "limit_debt_ms": plan.limits.debt_ms,
            "limit_cpu": plan.limits.cpu,
        },
        steps=swarm.timeline.steps,
        worst_pairs=[
            Fault(sender, receiver, f.lost, f.doubled, f.reordered, f.late)
            for sender, receiver, f in swarm.ledger.pairs.worst(_WORST_PAIRS)
        ],
    )


def check_writable(path: Path | None) -> None:
    """Find out before a long run that its file can't be written. Raises `SetupError`."""
    if path is None:
        return
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise SetupError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def write_run(run: Run, path: Path) -> None:
    """Write the run file. Raises `SetupError` where that fails."""
    try:
        path.write_bytes(encode_run(run))
    except OSError as error:
        raise SetupError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
