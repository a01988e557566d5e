"""The tables of the page: figures of each step, ledger, generator, conditions, trials, seconds.

Whatever a chart shows is here in numbers. Not here: charts (`gridcli.report.charts`), where the
tables stand (`gridcli.report.page`).
"""

from collections.abc import Iterable, Sequence

from gridcli.core.latency import Latency
from gridcli.core.run.health import PERCENTILE
from gridcli.core.run.model import Run, Step

from .figures import Moment, players_of
from .svg import Content, Markup, tag
from .words import NOTHING, count, is_thin, number, observed, percent, plain_text

_PERCENTILES = (50.0, 90.0, 99.0, 99.9)
_THIN = "†"
MOST_PAIRS = 50


def table(
    header: Sequence[str], rows: Iterable[Sequence[Content]], caption: str, words: str = ""
) -> Markup:
    """A table that scrolls sideways by itself where the page is narrow; first cells are heads.

    Args:
        header: the columns' names.
        rows: the cells.
        caption: what it is.
        words: which ends hold words, and so stand to the left: "first", "last" or both.
    """
    body = []
    for row in rows:
        cells = [tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])]
        body.append(tag("tr", cells))
    heads = [tag("th", text, scope="col") for text in header]
    inner = [tag("caption", caption), tag("thead", tag("tr", heads)), tag("tbody", body)]
    return tag(
        "div",
        tag("table", inner, class_=words or None),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def latencies(run: Run) -> Markup:
    """Move → seen of each step."""
    header = ["players", "moves", "samples", "p50", "p90", "p99", "p99.9", "max"]
    header += ["from send p50", "p99", "max", "connect p99", ""]
    rows = []
    for step in run.steps:
        seen, sent = step.seen.every, step.seen.from_send
        row: list[Content] = [count(step.players), count(step.counts.moves), count(len(seen))]
        row += [_percentile(seen, p) for p in _PERCENTILES] + [number(seen.max_ms)]
        row += [number(sent.percentile_ms(50)), number(sent.percentile_ms(99)), number(sent.max_ms)]
        row += [number(step.connect.percentile_ms(99)), _invalid(step)]
        rows.append(row)
    note = f"Move → seen, ms. {_THIN} Fewer than 10 samples lie above it: hardly more than the max."
    return table(header, rows, note, "last")


def receivers(run: Run) -> Markup:
    """First, median and last receiver of each step."""
    names = ("first", "median", "last", "spread")
    header = ["players"] + [f"{name} p{p}" for name in names for p in (50, 99)] + [""]
    rows = [
        [
            count(step.players),
            *(
                number(getattr(step.seen, name).percentile_ms(p))
                for name in names
                for p in (50, 99)
            ),
            _invalid(step),
        ]
        for step in run.steps
    ]
    return table(header, rows, "Of each move: its first, median and last receiver, ms.", "last")


def ledger(run: Run) -> Markup:
    """What became of the deliveries of each step."""
    header = [
        "players",
        "owed",
        "seen",
        "seen, %",
        "lost",
        "ambiguous",
        "excused",
        "late",
        "doubled",
    ]
    header += ["reordered", "ticks lost", "ticks doubled", "ticks reordered", "moves missed"]
    header += ["connections dropped", "players failed"]
    rows = []
    for step in run.steps:
        c = step.counts
        numbers = [c.lost, c.ambiguous, c.excused, c.late, c.doubled, c.reordered, c.ticks_lost]
        numbers += [c.ticks_doubled, c.ticks_reordered, step.missed, step.dropped]
        numbers.append(sum(step.failed.values()))
        head: list[Content] = [count(step.players), count(c.owed), count(c.seen)]
        head.append(percent(c.seen, c.owed).removesuffix(" %"))
        rows.append([*head, *(_fault(n) for n in numbers)])
    return table(header, rows, "Deliveries: one for each (move, receiver).")


def generator(run: Run) -> Markup:
    """How the generator was in each step."""
    header = ["players", "cpu", "loop lag p95", "max", "moves late p95", "max", "verdict"]
    rows = []
    for step in run.steps:
        health = step.health
        row: list[Content] = [count(step.players), f"{health.cpu:.0%}"]
        for late in (health.lag, health.debt):
            row += [number(late.percentile_ms(PERCENTILE)), number(late.max_ms)]
        row.append(plain_text(f"INVALID: {step.invalid}") if step.invalid else "ok")
        rows.append(row)
    return table(
        header, rows, "The generator: processor time in parts of one core, lateness in ms.", "last"
    )


def failures(run: Run) -> Markup | None:
    """Why players failed; None where none did."""
    rows = [
        [count(step.players), count(times), plain_text(reason)]
        for step in run.steps
        for reason, times in sorted(step.failed.items(), key=lambda item: -item[1])
    ]
    if not rows:
        return None
    return table(["players", "failed", "reason"], rows, "Players that failed.", "last")


def worst_pairs(run: Run) -> Markup | None:
    """Between whom most went wrong; None where nothing did."""
    if not run.worst_pairs:
        return None
    rows = [
        [plain_text(p.sender), plain_text(p.receiver), *map(_fault, faults)]
        for p in run.worst_pairs[:MOST_PAIRS]
        for faults in [(p.lost, p.doubled, p.reordered, p.late)]
    ]
    header = ["sender", "receiver", "lost", "doubled", "reordered", "late"]
    return table(header, rows, "The worst pairs, by user id.", "first")


def conditions(run: Run) -> Markup | None:
    """The conditions and what was observed; None where none were asked for."""
    if not run.judgements:
        return None
    rows = []
    for judgement in run.judgements:
        players = players_of(run, judgement.step)
        verdict = tag(
            "b",
            "holds" if judgement.holds else "FAILED",
            class_="good" if judgement.holds else "bad",
        )
        size = NOTHING if players is None else count(players)
        rows.append([plain_text(judgement.condition), size, observed(judgement), verdict])
    return table(["condition", "players", "observed", "verdict"], rows, "Thresholds.", "first last")


def trials(run: Run) -> Markup | None:
    """The trials of a capacity search, in order; None where there was no search."""
    knee = run.capacity
    if knee is None or not knee.trials:
        return None
    beside = {knee.below: "just below the number", knee.above: "just above the number"}
    rows = []
    for index, trial in enumerate(knee.trials):
        step = run.steps[trial.step] if 0 <= trial.step < len(run.steps) else None
        word = {True: "held", False: "failed", None: "INVALID"}[trial.held]
        p99 = number(step.seen.every.percentile_ms(99)) if step else NOTHING
        lost = count(step.counts.lost) if step else NOTHING
        row: list[Content] = [str(index + 1), count(trial.players), number(trial.margin), p99, lost]
        rows.append([*row, word, beside.get(index, "")])
    header = ["trial", "players", "observed / limit", "p99, ms", "lost", "", ""]
    return table(header, rows, "The trials, in order.", "last")


def seconds(moments: Sequence[Moment]) -> Markup:
    """What the charts over time show."""
    header = ["from start, s", "players", "moves/s", "owed/s", "seen/s", "lost/s", "p50", "p99"]
    header += ["max", "from send p99", "lag max", "cpu"]
    rows = [
        [
            f"{m.at_s:.1f}",
            count(m.players),
            *(number(rate) for rate in (m.moves, m.owed, m.seen, m.lost)),
            number(m.every.percentile_ms(50)),
            number(m.every.percentile_ms(99)),
            number(m.every.max_ms),
            number(m.from_send.percentile_ms(99)),
            number(m.lag_max_ms),
            f"{m.cpu:.0%}",
        ]
        for m in moments
    ]
    return table(header, rows, "Over time; latencies and lag in ms, at the middle of each stretch.")


def _percentile(latency: Latency, percentile: float) -> str:
    mark = _THIN if is_thin(latency, percentile) else ""
    return number(latency.percentile_ms(percentile)) + mark


def _fault(amount: int) -> Content:
    return tag("b", count(amount), class_="bad") if amount else "0"


def _invalid(step: Step) -> Content:
    return tag("b", "INVALID", class_="bad") if step.invalid else ""
