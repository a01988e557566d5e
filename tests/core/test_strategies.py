"""Strategies: one step at a time, the same for the same seed, and each player its own."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.updates import Delta, Joiner, Welcome
from gridcli.core.strategies import MOVES, OTHER, STRATEGIES, TIMES, Strategy, seed_of


def walk(strategy: Strategy, rng: Random, steps: int) -> list[Direction]:
    """What a strategy does on a small grid with one other player."""
    world = Mirror()
    world.apply(Welcome("me", "K", Grid(7, 5), protocol=2, room="lobby"))
    joins = [Joiner("me", "K", Cell(4, 3), "me"), Joiner("you", "Z", Cell(6, 1), "you")]
    world.apply(Delta(0, 2, full=True, joins=joins))
    taken = []
    for _ in range(steps):
        taken.append(strategy(world, rng))
        world.cells["me"] = world.grid.step(world.cells["me"], taken[-1])
    return taken


@pytest.mark.parametrize("name", STRATEGIES)
@given(seed=st.integers(), number=st.integers(0, 10**6))
def test_a_seed_repeats_a_walk_whoever_else_plays(name: str, seed: int, number: int) -> None:
    make = STRATEGIES[name]
    alone = walk(make(), Random(seed_of(seed, number)), 30)
    # Another player's turns in between, on a strategy of the same name.
    mine, other = make(), make()
    rng, others = Random(seed_of(seed, number)), Random(seed_of(seed, number + 1))
    world = Mirror()
    other(world, others)
    together = walk(mine, rng, 30)
    assert together == alone
    assert set(alone) <= set(Direction)


def test_uses_and_players_draw_apart() -> None:
    seeds = {
        seed_of(seed, number, use)
        for seed in (1, 11)
        for number in (1, 11)
        for use in (MOVES, TIMES, OTHER)
    }
    assert len(seeds) == 12


def test_a_seed_means_the_same_in_every_release() -> None:
    steps = walk(STRATEGIES["random"](), Random(seed_of(42, 7)), 8)
    assert "".join(step.value[0] for step in steps) == "ulrrluru"
