"""Steady broadcast players: each moves at a steady rate and sees everybody else move.

The scenario that runs when none is named.
"""

from loadtest._scenario import Scenario


class Players(Scenario):
    """Players who come, and stay to the end of the test."""

    by_name_only = False
