"""The law of the soak, in seconds: when everybody has left, the server holds what it held before.

Files and tasks exactly; how much memory stays is a matter of minutes, and of `make soak`.
"""

import asyncio

from servers import running_server
from soak.course import Plan, Soak
from soak.rude import WAYS
from soak.scenes import SMALL

HEARTBEAT_S = 1.0
PLAN = Plan(
    minutes=2,
    players=20,
    seed=7,
    heartbeat_s=HEARTBEAT_S,
    scale=SMALL,
    minute_s=4.0,
    warm_up_s=4.0,
)


def test_after_churn_storms_slow_readers_and_aborts_all_is_as_before() -> None:
    said: list[str] = []

    async def soak() -> None:
        with running_server("--ping-interval", f"{HEARTBEAT_S}", "--ping-timeout", "4") as server:
            course = Soak(server, PLAN, said.append, asyncio.Event())
            account = await course.play()
            report = "\n".join((*said, *account.lines(), server.transcript()))
            assert account.faults(with_memory=False) == [], report
            assert len(account.minutes) == PLAN.minutes
            assert all(minute.honest.owed for minute in account.minutes), report
            # Each kind of trouble was made.
            made = course.trouble
            assert made.visits, report
            assert made.reconnects, report
            assert made.slow, report
            assert set(made.aborts) == set(WAYS), report

    asyncio.run(soak())
