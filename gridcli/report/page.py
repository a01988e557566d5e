"""The page: one HTML file with everything in it, which asks for nothing from anywhere.

Style and script are named by their hashes in its security policy: even if foreign text became
markup, no browser would run it. Not here: the parts (`gridcli.report.tables`,
`gridcli.report.charts`, `gridcli.report.time_charts`).
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files

from gridcli.core.run.model import Run

from . import tables
from .charts import (
    any_latency,
    latency_over_players,
    percentile_curve,
    spread_over_players,
    stacks_over_players,
)
from .draw import figure
from .figures import outcome
from .knee_chart import in_words, knee_figure
from .shares import ledger_figure
from .stacks import AT_N, not_run, table_of
from .svg import Markup, tag
from .time_charts import TimeCharts
from .words import NOTHING, count, memory, number, percent, plain_text

_WORDS = (
    ("Move → seen", "One sample for each (move, receiver): from the time at which the move was due "
     "until the receiver had decoded a state that includes it."),
    ("From send", "The same from the actual sending. It hides what a late generator, or a server "
     "that holds it up, makes players wait; the first one does not."),
    ("Owed", "A move is owed to everyone who was in the room when it was sent."),
    ("Lost", "Not seen within the patience, and what comes after that is also late."),
    ("Ambiguous", "Protocol 1 has no numbers: it could not be told which of several moves was "
     "seen, and it is not counted as good."),
    ("INVALID", "The generator itself was too slow. Such figures say nothing of the server."),
)  # fmt: skip


def page(run: Run) -> str:
    """The whole page."""
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    script = files(__package__).joinpath("page.js").read_text("utf-8")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    title = f"{plain_text(run.tool)} against {plain_text(run.server)}"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{outcome(run)}: {title}"),
        tag("style", Markup(style)),
    ]
    body = [
        _header(run, title),
        tag("main", [part for part in _sections(run) if part]),
        tag(
            "footer", f"Written by gridcli report from a run of gridcli {plain_text(run.version)}."
        ),
        tag("script", Markup(script)),
    ]
    return f"<!doctype html>\n{tag('html', [tag('head', head), tag('body', body)], lang='en')}\n"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _header(run: Run, title: str) -> Markup:
    word = outcome(run)
    verdict = [tag("b", word, class_=f"badge {word.lower()}"), " "]
    verdict.append(_without(plain_text(run.verdict), word) if run.verdict else Markup(""))
    return tag(
        "header",
        [
            tag("button", "dark or light", type="button", id="theme", hidden=""),
            tag("h1", title),
            tag("p", verdict, class_="verdict"),
            *_summary(run),
        ],
    )


def _without(text: str, word: str) -> str:
    """The verdict without the word that stands before it in the badge."""
    return text.removeprefix(word).lstrip(":, ")


def _summary(run: Run) -> Iterable[Markup]:
    if run.capacity is not None:
        return  # the verdict says it all
    valid = [step for step in run.steps if not step.invalid and len(step.seen.every)]
    if valid:
        step = max(valid, key=lambda each: each.players)
        seen = step.seen.every
        yield tag(
            "p",
            f"With {count(step.players)} players a move was seen within "
            f"{number(seen.percentile_ms(50))} ms (p50), "
            f"{number(seen.percentile_ms(99))} ms (p99), {number(seen.max_ms)} ms (max); "
            f"{percent(step.counts.seen, step.counts.owed)} of "
            f"{count(step.counts.owed)} deliveries were seen.",
        )


def _sections(run: Run) -> Iterable[Markup | None]:
    yield _section("What was run", _about(run))
    if run.stacks:
        header, rows = table_of(run)
        yield _section(
            "Servers",
            [
                _charts(figure(stacks_over_players(run.stacks))),
                tables.table(header, rows, AT_N),
                *(tag("p", f"Not run: {line}") for line in not_run(run)),
                tag("p", "Of one server alone: gridcli report FILE --stack NAME -o"),
            ],
        )
        yield _section("Words", [_pairs(_WORDS)])
        return
    if not run.steps:
        yield _section("Figures", [tag("p", "Nothing was measured.")])
        return
    if run.capacity is not None:
        said = f"{plain_text(run.capacity.objective)}: {in_words(run.capacity)}."
        figures = _charts(knee_figure(run.capacity))
        yield _section("Capacity", [tag("p", said), figures, tables.trials(run)])
    yield _section("Figures", [tables.latencies(run), tables.conditions(run)])
    in_time = TimeCharts(run)
    if any_latency(run):
        over = [latency_over_players(run)] if len({s.players for s in run.steps}) > 1 else []
        over += [percentile_curve(run)]
        over += [spread_over_players(run)] if len({s.players for s in run.steps}) > 1 else []
        yield _section("Latency", [_charts(*map(figure, over)), tables.receivers(run)])
    if in_time.moments:
        first = [in_time.latency(), in_time.players(), in_time.deliveries()]
        yield _section("Over time", [_charts(*map(figure, first))])
    if any(step.counts.owed for step in run.steps):
        yield _section(
            "Ledger",
            [_charts(ledger_figure(run)), tables.ledger(run), tables.worst_pairs(run)],
        )
    generator: list[Markup | None] = [tables.generator(run), tables.failures(run)]
    if in_time.moments:
        generator.insert(0, _charts(*map(figure, [in_time.lag(), in_time.cpu()])))
    yield _section("Generator and failures", generator)
    if in_time.moments:
        numbers = [tag("summary", "Every figure of the charts over time")]
        yield _section("Seconds", [tag("details", [*numbers, tables.seconds(in_time.moments)])])
    yield _section("Words", [_pairs(_WORDS)])


def _section(title: str, parts: Iterable[Markup | None]) -> Markup:
    return tag("section", [tag("h2", title), *(part for part in parts if part is not None)])


def _charts(*figures: Markup) -> Markup:
    return tag("div", figures, class_="charts")


def _about(run: Run) -> list[Markup]:
    machine = dict(run.machine)
    size = machine.get("memory_bytes")
    if isinstance(size, int | float):
        machine["memory"] = memory(size)
        del machine["memory_bytes"]
    what: list[tuple[str, object]] = [
        ("server", run.server),
        # The event of another application is among the options.
        *([] if "event" in run.options else [("protocol", run.protocol)]),
        ("tool", f"{plain_text(run.tool)}, gridcli {plain_text(run.version)}"),
        ("started", run.started),
        ("seed", NOTHING if run.seed is None else str(run.seed)),
        ("steps", ", ".join(count(step.players) for step in run.steps) or NOTHING),
    ]
    cards = [("Run", what), ("Options", _items(run.options))]
    cards += [("Machine", _items(machine)), ("Versions", _items(run.versions))]
    boxes = [tag("div", [tag("h3", name), _pairs(items)]) for name, items in cards if items]
    return [tag("div", boxes, class_="cards")]


def _items(values: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(plain_text(name), value) for name, value in values.items()]


def _pairs(items: Iterable[tuple[str, object]]) -> Markup:
    return tag(
        "dl",
        [tag("div", [tag("dt", name), tag("dd", plain_text(value))]) for name, value in items],
    )
