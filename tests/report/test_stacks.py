"""Several servers in one table, one plot and one page: each says what was measured, and no more.

Not here: measuring them (`tests/bots/test_stacks.py`).
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner
from report import runs

from gridcli.core.run.file import decode_run, encode_run
from gridcli.core.run.model import Run
from gridcli.report.command import report
from gridcli.report.compare import compare_command
from gridcli.report.page import page
from gridcli.report.stacks import held, stacks_markdown, stacks_svg, stacks_text
from gridcli.report.terminal import Look


@pytest.fixture(scope="module")
def run() -> Run:
    return runs.stacks()


@pytest.fixture
def file(run: Run, tmp_path: Path) -> str:
    path = tmp_path / "stacks.json"
    path.write_bytes(encode_run(run))
    return str(path)


def rows(markdown: str) -> list[list[str]]:
    """The cells of the page's table, without its header."""
    lines = [line for line in markdown.splitlines() if line.startswith("| ")]
    return [cells(line) for line in lines[1:]]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_a_bound_is_no_number(run: Run) -> None:
    slow, quick, none, plain, node = map(held, run.stacks)
    assert slow == plain
    players, interval = plain
    low, high = map(int, interval.split(" to "))
    assert low <= int(players) <= high
    assert quick == ("≥ 320", "–")
    assert none == ("none", "–")
    assert node == ("–", "–")


def test_the_page_has_a_row_for_each_and_says_who_was_not_run(run: Run) -> None:
    text = stacks_markdown(run, "stacks.svg", "gridcli stacks --seed 1")
    table = rows(text)
    assert [row[0] for row in table] == ["A slow server", r"Ours \| <b>", "None", "Plain"]
    assert "- On Node: node and npm not installed; apt-get install nodejs" in text
    for word in ("2026-01-02", "2 cores", "`gridcli stacks --seed 1`", "(stacks.svg)"):
        assert word in text
    assert "4 times a second" in text
    assert "What this does not say" in text


def test_a_size_whose_moves_were_lost_has_no_p99(run: Run) -> None:
    text = stacks_markdown(run, "stacks.svg", "gridcli stacks")
    header = next(line for line in text.splitlines() if line.startswith("| server"))
    columns = cells(header)
    slow, _, _, plain = (dict(zip(columns, row, strict=True)) for row in rows(text))
    at = next(name for name in columns if name.startswith("at ") and int(name[3:]) > 100)
    assert slow[at].endswith("/ lost")
    assert not plain[at].endswith("lost")


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_terminal_shows_each_within_its_width(run: Run, width: int, ascii_only: bool) -> None:
    text = stacks_text(run, Look(width, ascii_only))
    for stack in run.stacks:
        assert stack.label in text
    assert text.isascii() or not ascii_only
    plot = text[text.index("p99 of move") :]
    assert max(map(len, plot.splitlines())) <= width


def test_the_plot_is_an_image_with_a_line_and_a_label_for_each(run: Run) -> None:
    root = ET.fromstring(stacks_svg(run))
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for stack in run.stacks:
        assert (stack.label in texts) == (stack.run is not None)
    places = [
        float(each.attrib["y"])
        for each in root.iter("{http://www.w3.org/2000/svg}text")
        if each.text in {stack.label for stack in run.stacks}
    ]
    gaps = [b - a for a, b in zip(sorted(places), sorted(places)[1:], strict=False)]
    assert min(gaps) >= 17  # none is written over another


def test_the_html_page_has_them_and_foreign_text_stays_text(run: Run) -> None:
    text = page(run)
    assert "Ours | &lt;b&gt;" in text
    assert "<b>Ours" not in text
    assert "Not run: On Node" in text


def test_one_server_is_taken_out_of_the_file(file: str, run: Run) -> None:
    shown = CliRunner().invoke(report, [file, "--stack", "plain", "--csv"])
    assert shown.exit_code == 0, shown.output
    inner = next(stack.run for stack in run.stacks if stack.key == "plain")
    assert inner is not None
    assert len(shown.stdout.splitlines()) == 1 + len(inner.steps)
    same = CliRunner().invoke(compare_command, [file, file, "--stack", "plain", "--json"])
    assert '"regressions": 0' in same.stdout, same.output


@pytest.mark.parametrize("args", [["--csv"], ["--stack", "bun"], ["--stack", "node"]])
def test_a_choice_that_is_missing_or_wrong_names_those_there_are(
    file: str, args: list[str]
) -> None:
    shown = CliRunner().invoke(report, [file, *args])
    assert "choose with --stack: slow, quick, none, plain" in str(shown.exception)


def test_the_file_reads_the_same(run: Run) -> None:
    assert encode_run(decode_run(encode_run(run))) == encode_run(run)
