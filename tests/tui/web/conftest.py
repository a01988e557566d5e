"""A served page that many tests share. Not here: serving one with other options (`pages`)."""

from collections.abc import Iterator

import pytest
from waiting import until_sync

from .pages import OWN_GAME, Pages, pages


@pytest.fixture(scope="session")
def one_place() -> Iterator[Pages]:
    with pages(*OWN_GAME, "--web-sessions", "1") as served:
        yield served


@pytest.fixture
def served(one_place: Pages) -> Pages:
    """A page with one place, which is free."""
    until_sync(lambda: not one_place.games(), "the end of the game before")
    return one_place
