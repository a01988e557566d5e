"""The same seed and script give the same moves as everywhere: those of the core's strategies."""

from pathlib import Path
from random import Random

import pytest
from servers import Server

from gridcli.core.mirror import Mirror
from gridcli.core.strategies import STRATEGIES, seed_of

MOVES = 50
WATCHED = """
from loadtest.players import Players

class Watched(Players):
    def choose(self, world):
        direction = super().choose(world)
        with open(f"moves-{self.number}", "a") as file:
            print(direction.value, file=file)
        return direction
"""


def moves_of(folder: Path, number: int) -> list[str]:
    return (folder / f"moves-{number}").read_text().split()


@pytest.mark.parametrize("script", ["random", "circle"])
def test_the_first_moves_of_each_player(
    run_locust, grid_server: Server, tmp_path: Path, script: str
) -> None:
    (tmp_path / "watched.py").write_text(WATCHED)
    result = run_locust(
        f"-f {tmp_path / 'watched.py'} Watched --host {grid_server.url} -u 2 -r 2 -t 3s "
        f"--rate 30 --script {script} --seed 42 --grid-room {script}"
    )
    assert result.code == 0, result.output
    for number in (0, 1):
        strategy, rng = STRATEGIES[script](), Random(seed_of(42, number))
        wanted = [strategy(Mirror(), rng).value for _ in range(MOVES)]
        assert moves_of(tmp_path, number)[:MOVES] == wanted


def test_players_of_a_worker_have_numbers_of_their_own(
    run_locust, grid_server: Server, tmp_path: Path, free_port
) -> None:
    (tmp_path / "watched.py").write_text(WATCHED)
    port = free_port()
    result = run_locust(
        f"-f {tmp_path / 'watched.py'} Watched --host {grid_server.url} -u 4 -r 4 -t 2s "
        f"--grid-room numbers --processes 2 --master-bind-port {port} --master-port {port}"
    )
    assert result.code == 0, result.output
    numbers = {int(path.name.split("-")[1]) for path in tmp_path.glob("moves-*")}
    assert numbers == {0, 1, 100_000, 100_001}


LOOKS = """
from gridcli.core.protocol.rounds import Mode
from loadtest.players import Players

class Looks(Players):
    def choose(self, world):
        contest = world.contest
        with open("looks", "a") as file:
            print(contest.mode if contest else "-", len(contest.paint) if contest else 0, file=file)
        return super().choose(world)
"""


@pytest.mark.parametrize("script", ["painter", "random"])
def test_the_game_of_a_room_is_for_those_who_play_it(
    run_locust, grid_server: Server, tmp_path: Path, script: str
) -> None:
    (tmp_path / "looks.py").write_text(LOOKS)
    result = run_locust(
        f"-f {tmp_path / 'looks.py'} Looks --host {grid_server.url} -u 3 -r 3 -t 3s "
        f"--rate 10 --script {script} --grid-room paint-{script}"
    )
    assert result.code == 0, result.output
    assert result.failures == []
    assert result.ledger["lost"] == 0
    assert result.ledger["deliveries"] == result.ledger["seen"] > 0
    looks = [line.split() for line in (tmp_path / "looks").read_text().splitlines()]
    if script == "painter":
        assert max(int(cells) for mode, cells in looks if mode == "paint") > 20
    else:
        assert {mode for mode, _ in looks} == {"-"}, "nothing is spent on it"
