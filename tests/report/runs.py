"""Runs for the tests of reports: made up by seed, with latencies of known distribution.

Not here: runs that were really measured (`tests/bots`).
"""

from dataclasses import replace
from random import Random

from gridcli.core.ledger import Counts
from gridcli.core.run.model import Fault, Judgement, Knee, Run, Stack, Step, Try

HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>&amp;\'"\x1b[31m\u202e'


def step(
    players: int,
    *,
    start_s: float = 0.0,
    seconds: int = 10,
    median_ms: float = 20.0,
    rate: float = 4.0,
    lost: int = 0,
    invalid: str = "",
    stall: int | None = None,
    rng: Random | None = None,
) -> Step:
    """A step; its latencies are lognormal around a median, its moves leave 5 ms late.

    Args:
        stall: a second in which moves left 800 ms late.
    """
    rng = rng or Random(players)
    made = Step(players, start_s, float(seconds), invalid=invalid)
    made.connect.add(rng.uniform(0.002, 0.02) for _ in range(players))
    samples = min(400, max(1, int(players * rate)))
    for number in range(seconds):
        second = made.second(number)
        second.players = players
        second.moves = int(players * rate)
        second.owed = second.moves * players
        second.lost = lost if number == seconds // 2 else 0
        second.seen = second.owed - second.lost
        late_s = 0.8 if number == stall else 0.005
        since_send = [median_ms / 1000 * rng.lognormvariate(0, 0.5) for _ in range(samples)]
        from_due = [late_s * rng.random() + took for took in since_send]
        second.every.add(from_due)
        second.from_send.add(since_send)
        made.seen.first.add(took / 2 for took in from_due)
        made.seen.median.add(from_due)
        made.seen.last.add(took * 2 for took in from_due)
        made.seen.spread.add(took * 1.5 for took in from_due)
        second.lag_max_ms = 900.0 if number == stall else rng.uniform(1, 6)
        second.cpu = min(1.0, players / 400 + rng.uniform(0, 0.05))
        made.health.lag.add([second.lag_max_ms / 1000])
        made.health.debt.add([late_s])
        made.seen.every.merge(second.every)
        made.seen.from_send.merge(second.from_send)
        made.counts.add(Counts(second.moves, owed=second.owed, seen=second.seen, lost=second.lost))
    made.health.cpu = min(1.0, players / 400)
    return made


def run(*steps: Step, **about: object) -> Run:
    """A run of such steps."""
    made = Run(
        tool="bots",
        version="0.1.0",
        started="2026-01-02T03:04:05Z",
        server="http://127.0.0.1:8765",
        protocol=2,
        seed=42,
        machine={
            "system": "Linux",
            "architecture": "x86_64",
            "python": "3.11.9",
            "cpus": 2,
            "memory_bytes": 8 * 2**30,
        },
        versions={"aiohttp": "3.14.5", "numpy": "2.4.6"},
        options={
            "room": "default_room",
            "script": "random",
            "rate": 4.0,
            "step_s": 10.0,
            "ramp_s": None,
            "limit_lag_ms": 50.0,
            "limit_debt_ms": 50.0,
            "limit_cpu": 0.95,
        },
        steps=list(steps),
        verdict="ok, everyone saw every move",
    )
    for name, value in about.items():
        setattr(made, name, value)
    return made


def several_steps(seconds: int = 10) -> Run:
    """Four sizes; the largest is INVALID, at 100 players deliveries were lost."""
    starts = [float(n * (seconds + 2)) for n in range(5)]
    return run(
        step(10, start_s=starts[0], seconds=seconds, median_ms=4),
        step(50, start_s=starts[1], seconds=seconds, median_ms=9),
        step(100, start_s=starts[2], seconds=seconds, median_ms=25, lost=3),
        step(200, start_s=starts[3], seconds=seconds, median_ms=80, stall=seconds // 2),
        step(
            400,
            start_s=starts[4],
            seconds=seconds,
            median_ms=400,
            invalid="it used 100% of a core (limit 95%)",
        ),
        worst_pairs=[Fault("ada", "bob", 2, 0, 1, 0), Fault("cyd", "bob", 1, 4, 0, 1)],
        judgements=[
            Judgement("seen_ms:p99<100", 0, 11.2, True),
            Judgement("seen_ms:p99<100", 3, 100.04, False),
            Judgement("lost=0", 2, 3.0, False),
            Judgement("lost<0.1%", 2, None, False),
        ],
        verdict="INVALID, the generator was saturated at 400 players: it used 100% of a core "
        "(limit 95%); use fewer players, more processes, or a machine with less else to do",
        exit_code=98,
    )


def capacity() -> Run:
    """A search with trials that held, that failed, and one that says nothing."""
    sizes = [20, 40, 80, 160, 320, 240, 200, 180, 190, 185, 187, 400]
    rng = Random(7)
    steps, tries = [], []
    for number, players in enumerate(sizes):
        margin = (players / 187) ** 2 * rng.lognormvariate(0, 0.05)
        invalid = "the event loop lagged 80 ms (p95; limit 50 ms)" if players == 400 else ""
        steps.append(
            step(
                players,
                start_s=number * 8.0,
                seconds=6,
                median_ms=30 * margin,
                invalid=invalid,
                rng=rng,
            )
        )
        held = None if invalid else margin < 1
        tries.append(Try(number, players, held, None if invalid else margin))
    held_sizes = [t.players for t in tries if t.held and t.players <= 187]
    failed_sizes = [t.players for t in tries if t.held is False and t.players > 187]
    return run(
        *steps,
        tool="capacity",
        capacity=Knee(
            "p99<100ms,lost=0",
            187,
            181,
            194,
            "",
            tries,
            below=sizes.index(max(held_sizes)),
            above=sizes.index(min(failed_sizes)),
        ),
        verdict="187 players hold seen_ms:p99<100,lost=0 (95 % interval: 181 to 194)",
    )


def nothing() -> Run:
    """A run that ended before anything was measured."""
    return run(verdict="interrupted before the first trial ended", exit_code=130)


def hostile() -> Run:
    """Every foreign text tries to be more than text."""
    made = several_steps(4)
    made.server = made.tool = made.version = made.started = HOSTILE
    made.machine = {HOSTILE: HOSTILE}
    made.versions = {HOSTILE: HOSTILE}
    made.options = {HOSTILE: HOSTILE, "more": [HOSTILE, {"a": HOSTILE}]}
    made.worst_pairs = [Fault(HOSTILE, HOSTILE, 1, 1, 1, 1)]
    made.judgements = [Judgement(HOSTILE, 0, 1.0, False), Judgement("lost=0", 99, 1.0, False)]
    made.verdict = HOSTILE
    for each in made.steps:
        each.failed = {HOSTILE: 1}
    made.steps[1].invalid = HOSTILE
    made.capacity = Knee(HOSTILE, 10, 5, None, HOSTILE, [Try(77, 10, True, 0.5)], 0, 9)
    return made


def stacks() -> Run:
    """Five servers: two with a number, one whose number is a bound, one without, one not run."""
    slow = capacity()
    for each in slow.steps:
        if each.players > 100:
            each.counts.lost = each.counts.owed // 10
    most = replace(capacity(), capacity=Knee("p99<100", 320, 300, None, "generator"))
    none = replace(run(step(20, median_ms=300)), capacity=Knee("p99<100", 0, 0, 20, "least"))
    return run(
        tool="stacks",
        options={"slo": "seen_ms:p99<100,lost=0", "rate": 4.0, "grid": "20x10", "pinned": True},
        stacks=[
            Stack("slow", "A slow server", slow),
            Stack("quick", "Ours | <b>", most),
            Stack("none", "None", none),
            Stack("plain", "Plain", capacity()),
            Stack("node", "On Node", missing="node and npm not installed; apt-get install nodejs"),
        ],
        verdict="4 of 5 servers measured",
    )
