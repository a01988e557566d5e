"""`gridcli bots` against a server that means harm: a result, a sensible exit code, plain text.

Not here: the link beneath (`test_link`).
"""

import subprocess

import pytest
from fuzz_client.link_cases import odd_characters
from fuzz_client.screens import evil_process
from run_bots import bots

ENDS = {0, 1, 3, 98}
"""All well; bots failed or moves were lost; nobody to connect to; the generator was saturated."""
OPTIONS = ("--count", "4", "--ramp", "0.1s", "--patience", "1s", "--rate", "10")


def check(ended: subprocess.CompletedProcess[str]) -> None:
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said, said
    assert ended.returncode in ENDS, said
    assert not odd_characters(said.replace("\n", "")), said
    if ended.returncode == 3:
        assert "cannot connect" in ended.stderr
    elif ended.stdout:
        assert "verdict" in ended.stdout


@pytest.mark.parametrize(
    ("acts", "transport"),
    [
        ("passers,talk,put_out,leave", "websocket"),
        ("talk,wire,refuse,crowd", "polling"),
    ],
)
def test_bots_end_with_a_result(acts: str, transport: str) -> None:
    with evil_process(11, acts, packets_each=5000) as server:
        ended = bots("--server", server.url, "--duration", "1s", *OPTIONS, "--transport", transport)
    check(ended)


def test_bots_where_nobody_gets_in() -> None:
    with evil_process(12, "refuse,leave") as server:
        check(bots("--server", server.url, "--duration", "1s", *OPTIONS))
