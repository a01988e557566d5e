"""The run file: what is written reads the same, and what is no run file is refused with a place."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import ROOT

from gridcli.core.latency import Latency
from gridcli.core.ledger import Counts
from gridcli.core.run.file import BadRun, decode_run, encode_run, schema
from gridcli.core.run.health import Health
from gridcli.core.run.model import Fault, Judgement, Knee, Run, Second, Stack, Step, Try
from gridcli.core.run.seen import METRICS, Seen

SCHEMA = ROOT / "docs" / "run-file-1.schema.json"
counts = st.integers(0, 10**9)
times = st.floats(0, 1e6)
names = st.text(max_size=9)


@st.composite
def latencies(draw: st.DrawFn) -> Latency:
    made = Latency()
    made.add(draw(st.lists(st.floats(1e-6, 59), max_size=5)))
    return made


@st.composite
def seens(draw: st.DrawFn) -> Seen:
    made = Seen()
    for name in METRICS:
        setattr(made, name, draw(latencies()))
    return made


seconds = st.builds(
    Second, counts, counts, counts, counts, counts, latencies(), latencies(), times, times
)
steps = st.builds(
    Step,
    *(counts, times, times, st.builds(Counts, *[counts] * 12), seens(), latencies()),
    *(counts, counts, st.dictionaries(names, counts, max_size=2)),
    st.builds(Health, latencies(), latencies(), times),
    *(names, st.lists(seconds, max_size=2)),
)
tries = st.builds(Try, counts, counts, st.none() | st.booleans(), st.none() | times)
knees = st.builds(
    Knee,
    *(names, counts, counts, st.none() | counts, names, st.lists(tries, max_size=2)),
    *(st.none() | counts, st.none() | counts),
)


def _bare_run(tool: str) -> Run:
    return Run(tool, "", "", "", 1, None)


runs = st.builds(
    Run,
    *(names, names, names, names, counts, st.none() | counts),
    st.dictionaries(names, names | counts | times, max_size=2),
    st.dictionaries(names, names, max_size=2),
    st.dictionaries(names, st.none() | names | times, max_size=2),
    st.lists(steps, max_size=2),
    st.lists(st.builds(Fault, names, names, counts, counts, counts, counts), max_size=2),
    st.lists(st.builds(Judgement, names, counts, st.none() | times, st.booleans()), max_size=2),
    st.none() | knees,
    st.lists(st.builds(Stack, names, names, st.none() | st.builds(_bare_run, names), names)),
    *(names, counts),
)


FORM = jsonschema.Draft202012Validator(schema())


def test_the_schema_is_one() -> None:
    FORM.check_schema(schema())


@given(runs)
def test_what_is_written_reads_the_same(run: Run) -> None:
    content = encode_run(run)
    assert encode_run(decode_run(content)) == content
    FORM.validate(json.loads(content))


def test_the_published_schema_is_the_model_s() -> None:
    assert json.loads(SCHEMA.read_bytes()) == schema()


@given(st.binary(max_size=50))
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(BadRun):
        decode_run(content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gridcli_run": 2}, "a run file of version 2; this gridcli reads version 1"),
        ({"steps": [{}]}, "run.steps[0].players is missing"),
        ({"steps": {}}, "run.steps must be a list"),
        ({"protocol": "2"}, "run.protocol must be an integer"),
        ({"protocol": True}, "run.protocol must be an integer"),
        ({"seed": 1.5}, "run.seed must be an integer"),
        ({"verdict": None}, "run.verdict must be a string"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], said: str) -> None:
    data = json.loads(encode_run(Run("bots", "1", "", "", 2, None)))
    with pytest.raises(BadRun) as caught:
        decode_run(json.dumps(data | change).encode())
    assert str(caught.value) == said


def test_a_run_within_a_run_is_a_run_file() -> None:
    run = Run("stacks", "1", "", "", 1, None, stacks=[Stack("a", "A", Run("x", "", "", "", 1, 7))])
    inner = json.loads(encode_run(run))["stacks"][0]["run"]
    assert decode_run(json.dumps(inner).encode()).seed == 7


def test_a_broken_histogram_is_named() -> None:
    data = json.loads(encode_run(Run("bots", "1", "", "", 2, None, steps=[Step(1, 0.0)])))
    data["steps"][0]["seen"]["every"]["hdr"] = "HISTFAAA!"
    with pytest.raises(BadRun, match=r"^run.steps\[0\].seen.every: not an HdrHistogram"):
        decode_run(json.dumps(data).encode())
