"""How quickly bots come in where nothing is said. Not here: the plan that says it (`bots.plan`)."""

from typing import Final

BOTS_PER_RAMP_SECOND: Final = 100
