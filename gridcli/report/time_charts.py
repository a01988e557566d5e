"""A run's charts over time: latency, players, deliveries, and how the generator was.

All have the same time axis and the same bands, one for each step. Not here: charts over players
(`gridcli.report.charts`), what a moment is (`gridcli.report.figures`).
"""

from collections.abc import Callable, Sequence

from gridcli.core.run.model import Run

from .figures import Moment, limit, moments, players_of
from .picture import Band, Limit, Picture, Series
from .scale import Scale, value_scale
from .words import count, number

_MINUTES_FROM_S = 180.0
_HEADROOM = 1.2
"""For the words above a limit."""


class TimeCharts:
    """The charts over time of one run."""

    def __init__(self, run: Run) -> None:
        self.moments = moments(run)
        self._run = run
        ends = [step.start_s + max(step.duration_s, len(step.seconds)) for step in run.steps]
        starts = [step.start_s for step in run.steps]
        self._start_s = max(0.0, min(starts, default=0.0) - 0.01 * max(ends, default=1.0))
        self._end_s = max([self._start_s + 1.0, *ends])
        self._bands = [
            Band(start, end, count(step.players), bool(step.invalid))
            for start, end, step in zip(starts, ends, run.steps, strict=True)
        ]

    def latency(self) -> Picture:
        """Percentiles per second, and beside them what the actual sending would have said."""
        series = [
            self._series("p99", "c1", lambda m: m.every.percentile_ms(99)),
            self._series("p50", "c0", lambda m: m.every.percentile_ms(50)),
            self._series("max", "mute thin", lambda m: m.every.max_ms),
            self._series("p99 from send", "c3 dash", lambda m: m.from_send.percentile_ms(99)),
        ]
        return self._picture(
            series,
            key="time-latency",
            title="Latency over time",
            about="Per second in which the moves were due. Where “p99 from send” runs lower, moves "
            "left late: a figure that starts at the sending hides that wait.",
            y_label="ms",
            unit="ms",
            height=320,
            wide=True,
        )

    def players(self) -> Picture:
        """How many were connected."""
        series = [self._series("connected", "c0", lambda m: m.players)]
        return self._picture(
            series,
            key="time-players",
            title="Players over time",
            about="Connected at the end of each second; the number on top is how many were meant.",
            y_label="players",
            log=False,
        )

    def deliveries(self) -> Picture:
        """Deliveries per second."""
        series = [
            self._series("seen", "c0", lambda m: m.seen),
            self._series("owed", "mute dash", lambda m: m.owed),
            self._series("lost", "c1", lambda m: m.lost or None, crosses=True),
        ]
        return self._picture(
            series,
            key="time-deliveries",
            title="Deliveries over time",
            about="Per second in which the moves were due: one for each (move, receiver).",
            y_label="deliveries per second",
            unit="/s",
        )

    def lag(self) -> Picture:
        """How late the generator's event loop came back."""
        series = [self._series("longest lag", "c2", lambda m: m.lag_max_ms)]
        return self._picture(
            series,
            key="time-lag",
            title="Generator: lag of its event loop",
            about="The longest in each second. The limit is for the p95 of a step, not for this.",
            y_label="ms",
            unit="ms",
            limits=self._limits("limit_lag_ms", 1, "limit of a step's p95: {} ms"),
        )

    def cpu(self) -> Picture:
        """What the generator used of its core."""
        series = [self._series("processor time", "c4", lambda m: m.cpu * 100)]
        return self._picture(
            series,
            key="time-cpu",
            title="Generator: processor time",
            about="Part of one core, of the busiest process. The limit is for a whole step.",
            y_label="% of a core",
            unit="%",
            log=False,
            limits=self._limits("limit_cpu", 100, "limit of a step: {} %"),
        )

    def _limits(self, name: str, factor: float, label: str) -> list[Limit]:
        value = limit(self._run, name)
        return [] if value is None else [Limit(value * factor, label.format(f"{value * factor:g}"))]

    def _series(
        self,
        name: str,
        look: str,
        value_of: Callable[[Moment], float | None],
        *,
        crosses: bool = False,
    ) -> Series:
        points: list[tuple[float, float | None]] = []
        step = -1
        for moment in self.moments:
            if moment.step != step:
                points.append((moment.at_s, None))  # nothing is known of the time between steps
                step = moment.step
            points.append((moment.at_s, value_of(moment)))
        if crosses:
            return Series(name, look, points, dots=True)
        return Series(name, look, points)

    def _picture(
        self,
        series: Sequence[Series],
        *,
        key: str,
        title: str,
        about: str,
        y_label: str,
        unit: str = "",
        height: int = 260,
        wide: bool = False,
        log: bool | None = None,
        limits: Sequence[Limit] = (),
    ) -> Picture:
        series = [each for each in series if any(v is not None for _, v in each.points)]
        values = [v for each in series for _, v in each.points]
        values += [each.value * _HEADROOM for each in limits]

        def y(start: float, end: float) -> Scale:
            scale = value_scale(values, start, end)
            if log is False and scale.log:
                most = max(v for v in values if v is not None)
                scale = value_scale([most], start, end)
            return scale

        return Picture(
            key=key,
            title=title,
            about=about,
            said=self._said(series, unit),
            x=lambda start, end: Scale(self._start_s, self._end_s, start, end),
            y=y,
            x_label="time since the run began, " + ("min:s" if self._in_minutes else "s"),
            y_label=y_label,
            series=series,
            x_ticks=self._ticks(),
            x_name=self._time,
            bands=self._bands,
            limits=limits,
            spots=self._words,
            unit=unit,
            height=height,
            wide=wide,
        )

    @property
    def _in_minutes(self) -> bool:
        return self._end_s > _MINUTES_FROM_S

    def _ticks(self) -> list[tuple[float, str]] | None:
        if not self._in_minutes:
            return None
        length_s = self._end_s - self._start_s
        steps_s = (15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400)
        step_s = next((s for s in steps_s if length_s / s <= 16), length_s / 16)
        first = int(self._start_s / step_s) + 1
        return [
            (n * step_s, self._time(n * step_s))
            for n in range(first, first + 17)
            if n * step_s <= self._end_s
        ]

    def _time(self, at_s: float) -> str:
        if not self._in_minutes:
            return f"{at_s:g}"
        minutes, seconds = divmod(round(at_s), 60)
        return f"{minutes}:{seconds:02d}"

    def _words(self, at_s: float) -> str:
        for band, step in zip(reversed(self._bands), reversed(self._run.steps), strict=True):
            if at_s >= band.start:
                mark = " INVALID" if step.invalid else ""
                unit = "" if self._in_minutes else " s"
                return f"{self._time(round(at_s, 1))}{unit}, step of {band.label} players{mark}"
        return self._time(at_s)

    def _said(self, series: Sequence[Series], unit: str) -> str:
        lines = []
        for each in series:
            values = [v for _, v in each.points if v is not None]
            if values:
                ends = f"from {number(min(values))} to {number(max(values))} {unit}"
                lines.append(f"{each.name} {ends.strip()}")
        sizes = ", ".join(count(players_of(self._run, n) or 0) for n in range(len(self._run.steps)))
        return f"{'; '.join(lines) or 'Nothing was measured'}. Steps of {sizes} players."
