"""Throw a million hostile frames, bodies and requests at servers of ours.

    python tests/fuzz/run.py [--cases 1000000] [--seed 1] [--phase NAME ...] [--out .fuzz]

The cases are shared out among the phases: `deep` without a limit of events, so that frames reach
the game's code, `default` as people run it. A finding is cut down to a reproducer, which is written
to the folder of `--out`; moved to tests/fuzz/corpus it becomes a test. Exit codes: 0 nothing was
found, 1 something was. Not here: one attack (`fuzz.campaign`).
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(1, str(Path(__file__).resolve().parent.parent.parent))

from fuzz.campaign import Campaign
from fuzz.minimize import minimize, write_reproducer
from fuzz.outcome import Outcome
from fuzz.sessions import session
from fuzz.symptoms import Symptoms
from fuzz.target import attacked_server

PHASES: dict[str, tuple[float, tuple[str, ...]]] = {
    "deep": (0.7, ("--event-rate", "0", "--join-timeout", "2")),
    "default": (0.3, ("--join-timeout", "2")),
}
"""Each phase's share of the cases, and the options of its server."""


async def fuzz(
    cases: int, seed: int, phases: list[str], out: Path, *, progress: bool, collects: bool = True
) -> list[Outcome]:
    """Run the phases one after the other; say what was found, and how to find it again."""
    outcomes = []
    whole = sum(PHASES[phase][0] for phase in phases)
    for number, phase in enumerate(phases):
        share, options = PHASES[phase]
        campaign = Campaign(
            phase,
            options,
            seed=seed,
            cases=int(cases * share / whole),
            first=number * 10_000_000,
            progress=progress,
            collects=collects,
        )
        outcome = await campaign.run()
        outcomes.append(outcome)
        print(outcome.summary(), flush=True)
        if outcome.findings:
            with attacked_server(*campaign.options) as server:
                await _report(outcome, Symptoms(server), seed, out)
    return outcomes


async def _report(outcome: Outcome, symptoms: Symptoms, seed: int, out: Path) -> None:
    for finding in outcome.findings.values():
        print(f"\nFOUND in phase {outcome.name}: {finding.signature}\n{finding.text[-3000:]}")
        if not finding.suspects:
            continue
        numbers = finding.suspects[:_SUSPECTS]
        reproducer = await minimize(
            symptoms, finding.signature, (session(seed, number) for number in numbers)
        )
        if reproducer is None:
            print(
                f"no session of these causes it alone: seed {seed}, numbers {numbers}", flush=True
            )
            continue
        about = f"{finding.signature} (phase {outcome.name}, seed {seed})"
        path = write_reproducer(out, finding.signature, reproducer, about)
        print(f"reproducer: {path}\n{path.read_text()}", flush=True)


_SUSPECTS = 100


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--cases", type=int, default=1_000_000, help="in all (1000000)")
    options.add_argument("--seed", type=int, default=1, help="the same gives the same sessions (1)")
    options.add_argument(
        "--phase", action="append", choices=PHASES, help="only this; may be repeated"
    )
    options.add_argument("--out", type=Path, default=Path(".fuzz"), help="for reproducers (.fuzz)")
    options.add_argument(
        "--lazy", action="store_true", help="let the server collect its garbage when it likes"
    )
    given = options.parse_args()
    began_s = time.monotonic()
    phases = given.phase or list(PHASES)
    outcomes = asyncio.run(
        fuzz(given.cases, given.seed, phases, given.out, progress=True, collects=not given.lazy)
    )
    cases, findings = sum(o.cases for o in outcomes), sum(len(o.findings) for o in outcomes)
    print(f"{cases:,} cases in {time.monotonic() - began_s:.0f} s, {findings} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
