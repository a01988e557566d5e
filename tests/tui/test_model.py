"""The small models behind the screen: throttle, pulse, journal and automatic steps."""

import asyncio
from random import Random

import pytest

from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.strategies import seed_of
from gridcli.tui.automove import seeded_auto_move
from gridcli.tui.journal import Journal, Passed, Said, Told
from gridcli.tui.pulse import Pulse
from gridcli.tui.throttle import BURST, STEPS_PER_SECOND, Throttle


def test_held_key_is_held_to_the_rate_and_quick_taps_pass() -> None:
    throttle = Throttle()
    assert [throttle.allow(10.0) for _ in range(BURST + 1)] == [True] * BURST + [False]
    # A terminal that repeats 250 times a second for 10 seconds.
    passed = sum(throttle.allow(10.0 + n / 250) for n in range(1, 2501))
    assert passed == pytest.approx(10 * STEPS_PER_SECOND, abs=1)


def test_step_is_timed_until_a_state_includes_it() -> None:
    pulse = Pulse()
    assert pulse.figures(5.0) is None
    pulse.stepped(1, 5.0)
    pulse.stepped(2, 5.1)
    pulse.stepped(3, 5.2)
    assert pulse.seen_through(2, 5.3)
    figures = pulse.figures(5.3)
    assert figures is not None
    assert list(figures.latest) == pytest.approx([300, 200])
    assert not pulse.seen_through(2, 5.4)
    assert pulse.seen_through(9, 5.45)
    figures = pulse.figures(5.5)
    assert figures is not None
    assert (figures.kind, figures.median) == ("seen", pytest.approx(250))


def test_positions_without_numbers_are_the_oldest_steps() -> None:
    pulse = Pulse()
    assert not pulse.seen_next(1.0)
    pulse.stepped(1, 1.0)
    pulse.stepped(2, 1.5)
    assert pulse.seen_next(1.1)
    assert pulse.seen_next(1.7)
    figures = pulse.figures(2.0)
    assert figures is not None
    assert list(figures.latest) == pytest.approx([100, 200])


def test_pings_and_steps_do_not_mix() -> None:
    def kind(now_s: float) -> str:
        figures = pulse.figures(now_s)
        return figures.kind if figures else ""

    pulse = Pulse()
    pulse.pinged(0.004, 0.5)
    assert kind(0.5) == "ping"
    pulse.stepped(1, 1.0)
    assert not pulse.idle(2.5, for_s=2.0)
    pulse.seen_through(1, 1.05)
    assert kind(1.1) == "seen"
    assert pulse.idle(3.0, for_s=2.0)
    pulse.pinged(0.004, 8.0)
    assert kind(8.0) == "seen", "who steps now and then goes on to see the same figure"
    assert kind(20.0) == "ping"


def test_figures_are_of_the_last_minute_and_name_a_percentile_when_there_is_one() -> None:
    pulse = Pulse()
    for number in range(4):
        pulse.pinged(0.5, float(number))
    figures = pulse.figures(4.0)
    assert figures is not None
    assert figures.p95 is None
    for number in range(100):
        pulse.pinged((number + 1) / 1000, 64.0 + number / 100)
    figures = pulse.figures(65.0)
    assert figures is not None
    assert (figures.median, figures.p95) == (50, 95)
    assert len(figures.latest) == 12
    assert pulse.figures(126.0) is None


def test_steps_of_a_lost_connection_are_never_seen() -> None:
    pulse = Pulse()
    pulse.stepped(1, 1.0)
    pulse.forget_steps()
    assert not pulse.seen_through(5, 2.0)


def test_arrivals_in_a_row_become_one_line() -> None:
    journal = Journal()
    for n in range(200):
        journal.joined([f"bot{n}"])
    journal.left(["bot1", "bot2"])
    journal.joined([])
    lines = [entry.text for entry in journal if isinstance(entry, Passed)]
    assert lines == ["bot0, bot1, bot2 and 197 more joined", "bot1, bot2 left"]


def test_chat_parts_the_arrivals_and_the_oldest_lines_go() -> None:
    journal = Journal()
    journal.joined(["a"])
    journal.say("u", "a", "hi")
    journal.joined(["b"])
    assert [type(entry) for entry in journal] == [Passed, Said, Passed]
    for n in range(1000):
        journal.tell(str(n))
    assert len(journal) < 1000
    last = list(journal)[-1]
    assert isinstance(last, Told)
    assert last.text == "999"


def test_automatic_steps_keep_the_demos_times_and_a_seed_repeats_them() -> None:
    pauses_s = [seeded_auto_move(400, "random", 7).pause_s() for _ in range(2)]
    assert pauses_s[0] == pauses_s[1]
    auto = seeded_auto_move(400, "random", 7)
    many_s = [auto.pause_s() for _ in range(500)]
    assert many_s[0] == pauses_s[0]
    assert all(0.1 <= pause_s <= 0.5 for pause_s in many_s)
    assert max(many_s) - min(many_s) > 0.35


def test_automatic_steps_wait_before_each_and_try_again_what_was_not_taken() -> None:
    log: list[object] = []
    refusals = [True, True, False, True, True]

    def step(direction: Direction) -> bool:
        log.append(direction)
        return refusals.pop(0)

    async def sleep(seconds: float) -> None:
        if not refusals:
            raise asyncio.CancelledError
        log.append(seconds)

    async def main() -> None:
        with pytest.raises(asyncio.CancelledError):
            await seeded_auto_move(0, "random", 1).run(Mirror(), step, sleep)

    asyncio.run(main())
    assert log[::2] == [0.1] * 5
    rng = Random(seed_of(1, 0))
    drawn = [rng.choice(list(Direction)) for _ in range(4)]
    assert log[1::2] == [drawn[0], drawn[1], drawn[2], drawn[2], drawn[3]]
