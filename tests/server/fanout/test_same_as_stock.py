"""Clients receive the same packets in the same order as from python-socketio's own manager.

Random programs are played on a stock server and on one that fans out, by clients on WebSocket,
on long polling, and in the upgrade from one to the other. Not here: single traits of the way in
(`test_handlers`).
"""

import asyncio
from collections.abc import Callable

import pytest
import uvloop
from backstage import Outcome
from hypothesis import Phase, given, settings
from playing import play
from programs import Program, programs

from server.fanout.manager import FanoutManager
from server.fanout.slow import Patience


def differences(stock: Outcome, ours: Outcome) -> list[str]:
    """What differs, in words."""
    told = list(ours.trouble)
    for number, (theirs, mine) in enumerate(zip(stock.received, ours.received, strict=True)):
        same_length = min(len(theirs), len(mine)) if number in stock.cut_off else None
        if theirs[:same_length] != mine[:same_length]:
            told.append(f"connection {number} received\n{mine}\nand on stock\n{theirs}")
    for who in stock.answers.keys() | ours.answers.keys():
        if who not in stock.parted and not (who == -1 and stock.parted):
            _compare(f"answers of {who}", stock.answers.get(who), ours.answers.get(who), told)
    for what in ("rooms", "ends", "raised", "cut_off", "parted"):
        _compare(what, getattr(stock, what), getattr(ours, what), told)
    return told


def _compare(what: str, stock: object, ours: object, told: list[str]) -> None:
    if stock != ours:
        told.append(f"{what}: {ours}, and on stock {stock}")


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of a failing program
@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
# Without shrinking: a failing program is reported as it is found, not minutes of servers later.
@settings(max_examples=80, deadline=None, derandomize=True, phases=[Phase.generate])
@given(program=programs())
def test_a_program_comes_to_the_same(
    loop: Callable[[], asyncio.AbstractEventLoop], program: Program
) -> None:
    outcomes = []
    # The program emits faster than clients in the same loop can read: that is not the question.
    patience = Patience(hold_bytes=1 << 30)
    for manager in (None, FanoutManager(patience=patience)):
        with asyncio.Runner(loop_factory=loop) as runner:
            outcomes.append(runner.run(play(program, manager)))
    told = differences(*outcomes)
    assert not told, "\n".join(told)
