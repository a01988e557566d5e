"""Bots for company: by key, and offered to who is alone.

Not here: their process (`gridcli.link.company`), the offer's look (`gridcli.tui.offer`).
"""

from collections.abc import Sequence

from gridcli.core.protocol.rounds import Mode
from gridcli.core.strategies import STRATEGIES
from gridcli.link.company import AT_ONCE, Company, Report

from ..offer import Offer
from .base import Base

ALONE_S = 3.0
"""For so long nobody else is here before bots are offered."""
_OF_MODES: dict[Mode, Sequence[str]] = {Mode.TAG: ["tagger"], Mode.PAINT: ["painter"]}
_OF_ANY = ("walker", "random")


class Hosting(Base):
    """The part of the app that has bots come and go."""

    company: Company | None
    offer: Offer
    _alone_since_s: float | None = None

    def action_more_bots(self) -> None:
        """Five more."""
        company, mirror = self.company, self.game.mirror
        if company is None:
            self.notify("No bots can be started from here.")
        elif not self.game.live:
            self.notify("Bots can come once there is a connection.")
        elif len(company.wanted) >= company.most:
            self.notify(
                f"{company.most} bots are what one screen brings; `gridcli bots` brings more.",
                markup=False,
            )
        else:
            mode = Mode.ROAM if mirror.contest is None else mirror.contest.mode
            company.more(AT_ONCE, mirror.room, scripts_for(mode))
            self._count_bots()

    def action_fewer_bots(self) -> None:
        """Five fewer, the latest first."""
        company = self.company
        if company is None or not company.wanted:
            self.notify("None of the bots here are yours.")
        else:
            company.fewer(AT_ONCE)
            self._count_bots()

    def hear_of_bots(self, report: Report) -> None:
        """How many there are now, and what went wrong."""
        playing = len(report.playing)
        came, self.game.bots = playing - self.game.bots, playing
        if report.trouble:
            self.warn_of(f"bots: {report.trouble}")
        elif came > 0:
            more, fewer = self.keys.first("more_bots"), self.keys.first("fewer_bots")
            self.notify(
                f"{_bots(came)} joined. {more}: {AT_ONCE} more, {fewer}: {AT_ONCE} fewer.",
                markup=False,
            )
        self._count_bots()

    def offer_bots(self) -> None:
        """Offer bots to who has been alone for a while; called for each frame."""
        game, mirror = self.game, self.game.mirror
        alone = game.live and not any(one != mirror.user_id for one in mirror.who)
        if not alone or self.company is None or self.company.wanted:
            self._alone_since_s = None
        elif self._alone_since_s is None:
            self._alone_since_s = game.clock()
        since_s = self._alone_since_s
        offered = since_s is not None and game.clock() - since_s >= ALONE_S
        if offered != game.offers_bots:
            game.offers_bots = offered
            game.looks_elsewhere()
        if offered:
            self.offer.show_beside(self.board, self.keys.first("more_bots"))
        elif self.offer.display:
            self.offer.display = False

    def _count_bots(self) -> None:
        if self.company is not None:
            self.game.bots_wanted = len(self.company.wanted)
            self.game.looks_elsewhere()


def scripts_for(mode: Mode) -> Sequence[str]:
    """What bots play in a room of this kind."""
    return [name for name in _OF_MODES.get(mode, ()) if name in STRATEGIES] or _OF_ANY


def _bots(number: int) -> str:
    return "1 bot" if number == 1 else f"{number} bots"
