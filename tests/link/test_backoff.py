"""The waits between attempts."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gridcli.link.backoff import FIRST_S, LONGEST_S, Backoff


@given(st.integers())
def test_grows_to_a_ceiling_and_never_past_it(seed: int) -> None:
    backoff = Backoff(Random(seed))
    waits = [backoff.next_s() for _ in range(12)]
    ceilings = [min(FIRST_S * 2**n, LONGEST_S) for n in range(12)]
    assert all(0 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))


def test_a_crowd_is_spread_over_the_whole_interval() -> None:
    firsts = sorted(Backoff(Random(seed)).next_s() for seed in range(1000))
    tenths = [firsts[100 * n] / FIRST_S for n in range(1, 10)]
    assert all(abs(tenth - (n + 1) / 10) < 0.05 for n, tenth in enumerate(tenths))
