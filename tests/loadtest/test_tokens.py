"""Locust's players on a server that lets in only who has a token."""

import secrets
from pathlib import Path

import pytest

TOKEN = secrets.token_hex(16)


@pytest.mark.parametrize("how", ["file", "environment"])
def test_players_bring_their_token(run_locust, start_server, tmp_path: Path, how: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# theirs\n{TOKEN}\n")
    server = start_server("--token-file", str(file))
    run = f"--host {server.url} -u 2 -r 2 -t 3s"
    if how == "file":
        result = run_locust(f"{run} --token-file {file}")
    else:
        result = run_locust(run, GRIDCLI_TOKEN=TOKEN)
    assert result.code == 0, result.output
    assert result.ledger["deliveries"] == result.ledger["seen"] > 0
    assert TOKEN not in result.output


def test_without_it_they_are_refused(run_locust, start_server, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(TOKEN)
    server = start_server("--token-file", str(file))
    result = run_locust(f"--host {server.url} -u 2 -r 2 -t 2s")
    assert result.code == 1
    assert [error.split(":")[:2] for error in result.errors] == [["refused", " unauthorized"]]


def test_a_file_without_one_is_said_before_anything_begins(run_locust, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("short\n")
    result = run_locust(f"--host http://127.0.0.1:9 -u 1 -t 1s --token-file {file}")
    assert result.code == 2
    assert "openssl rand -hex 32" in result.output
    assert "Traceback" not in result.output
