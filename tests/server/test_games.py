"""Rooms that play: who is told what of the game, and when; the referee's time; who chooses.

Not here: the rules (`tests/core/modes`).
"""

import asyncio
from collections.abc import Callable, Iterator

import click
import pytest
from entering import NAMESPACE, Enter, entering, told
from in_process import gridcli
from scraping import scrape
from servers import HURRIED, Server
from waiting import until, until_sync
from watched_link import Watched, scene

from gridcli.core.contest import Contest
from gridcli.core.geometry import Direction, Grid
from gridcli.core.modes.rounds import Times
from gridcli.core.protocol.rounds import Mode, Phase, Round
from gridcli.core.protocol.updates import Placed
from gridcli.link.target import Target
from server.app import GAME, SOCKETIO, create_app
from server.fanout.testing import InProcess, InProcessClient
from server.mode_options import modes_from
from server.modes import DEFAULT_MODES, Modes
from server.options import server_options, settings_from
from server.settings import Settings


@pytest.fixture(params=[True, False], ids=["fanout", "stock"])
def enter(request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Lets players in by their names, in protocol 2; without one in protocol 1."""
    settings = Settings(flush_rest=0, grid=Grid(4, 1), fanout=request.param)
    with entering(settings) as enter:
        yield enter


def names(player: InProcessClient) -> list[str]:
    return [name for name, _ in told(player)]


def test_a_game_is_told_behind_the_full_state_and_behind_each_delta(enter: Enter) -> None:
    ann = enter("ann", room="tag", cell=[1, 1])
    heard = told(ann)
    me = heard[0][1]["userId"]
    assert [name for name, _ in heard][:3] == ["message", "grid_delta", "game"]
    assert heard[2][1] == {"mode": "tag", "round": 0, "phase": "waiting", "full": True}
    bob = enter("bob", room="tag", cell=[3, 1])
    other = told(bob)[0][1]["userId"]
    (_, delta), (name, game) = told(ann)
    assert delta["joins"][0][0] == other
    assert name == "game"
    assert (game["phase"], game["round"], game["full"]) == ("playing", 1, True)
    assert game["it"] in (me, other)
    assert dict(game["points"]) == {me: 0, other: 0}
    assert 110_000 < game["leftMs"] <= 120_000
    it, caught = (ann, bob) if game["it"] == me else (bob, ann)
    way = "right" if it is ann else "left"
    for seq in (1, 2):
        it.emit("movement", {"direction": way, "seq": seq}, callback=True)
    (last,) = [payload for name, payload in told(caught) if name == "game"]
    assert last["it"] == ({me, other} - {game["it"]}).pop()


def test_paint_is_told_with_the_step(enter: Enter) -> None:
    ann = enter("ann", room="paint", cell=[1, 1])
    me = told(ann)[0][1]["userId"]
    eye = enter("eye", room="paint", spectate=True)
    heard = told(eye)
    assert [name for name, _ in heard] == ["message", "grid_delta", "game"]
    assert heard[2][1]["paint"] == [[me, 1, 1]]
    ann.emit("movement", {"direction": "right", "seq": 1}, callback=True)
    (delta, game) = told(eye)
    assert delta[1]["moves"] == [[me, 2, 1, 1]]
    assert (game[0], game[1]["paint"]) == ("game", [[me, 2, 1]])
    ann.emit("movement", {"direction": "left", "seq": 2}, callback=True)
    assert names(eye) == ["grid_delta"], "a cell of its own again"
    late = enter("late", room="paint", cell=[4, 1])
    (game,) = [payload for name, payload in told(late) if name == "game" and "full" in payload]
    assert game["paint"] == [[me, 1, 1, 2, 1]]


def test_the_game_comes_and_goes_with_the_room(enter: Enter) -> None:
    ann = enter("ann")
    assert "game" not in names(ann), "the lobby is of free roam"
    ann.emit("join", {"room": "paint-2"}, callback=True)
    assert names(ann)[:2] == ["grid_delta", "game"]
    ann.emit("chat", {"text": "hello"}, callback=True)
    ann.get_received()
    ann.emit("join", {"room": "paint-2"}, callback=True)
    assert names(ann)[:3] == ["grid_delta", "game", "backlog"]
    ann.emit("leave", {}, callback=True)
    assert names(ann) == ["grid_delta", "grid_delta"]


def test_protocol_1_sees_moves_and_nothing_else(enter: Enter) -> None:
    ann, old = enter("ann", room="paint", cell=[1, 1]), enter()
    old.emit("join", {"room": "paint"})
    old.get_received()
    ann.emit("movement", {"direction": "right", "seq": 1}, callback=True)
    assert names(old) == ["user_position"]
    old.emit("movement", {"direction": "left"})
    assert names(old) == ["user_position"]
    ann.get_received()
    for direction in ("right", "left"):
        old.emit("movement", {"direction": direction})
    assert "game" in names(ann), "its steps paint, too"


def test_rooms_with_a_game_are_listed_while_nobody_is_there(enter: Enter) -> None:
    ann = enter("ann", room="tag-7")
    rooms = ann.emit("rooms", {}, callback=True)["rooms"]
    assert [(r["room"], r["users"], r["mode"]) for r in rooms] == [
        ("tag-7", 1, "tag"),
        ("lobby", 0, "roam"),
        ("paint", 0, "paint"),
        ("tag", 0, "tag"),
    ]


@pytest.mark.parametrize("lobby", [Mode.PAINT, Mode.ROAM])
def test_time_passes_where_somebody_plays_and_nowhere_else(lobby: Mode) -> None:
    settings = Settings(modes=(("lobby", lobby),), times=Times(0.2, 0.1))
    app = create_app(settings)
    game = app[GAME]
    with InProcess(app[SOCKETIO]) as server:
        ann = server.test_client(NAMESPACE, auth={"protocol": 2, "name": "ann"})
        contest = game.world.rooms["lobby"].contest
        if lobby is Mode.ROAM:
            assert contest is None
            assert game.referee._timer is None
            return
        assert contest is not None
        until_sync(
            lambda: server.run(asyncio.sleep(0.05)) or contest.phase is Phase.PODIUM, "a podium"
        )
        until_sync(
            lambda: server.run(asyncio.sleep(0.05)) or game.referee.played[lobby] >= 2, "rounds"
        )
        rounds = [payload for name, payload in told(ann) if name == "game"]
        phases = [(payload["round"], payload["phase"]) for payload in rounds if payload]
        assert phases[0] == (1, "playing")
        assert (1, "podium") in phases
        assert (2, "playing") in phases
        ann.close()
        until_sync(
            lambda: server.run(asyncio.sleep(0.05)) or game.referee._timer is None,
            "the end of the last timer",
        )
        assert contest.phase is Phase.WAITING


def test_who_missed_updates_is_given_the_game_too() -> None:
    app = create_app(Settings(flush_rest=0, grid=Grid(4, 1)))
    game = app[GAME]
    with InProcess(app[SOCKETIO]) as server:
        auth = {"protocol": 2, "name": "ann", "room": "paint", "cell": [1, 1]}
        ann = server.test_client(NAMESPACE, auth=auth)
        ann.emit("movement", {"direction": "right", "seq": 1}, callback=True)
        me = told(ann)[0][1]["userId"]
        (sid,) = game.sessions._by_sid
        server.run(game.show_again(sid))
        (_, delta), (_, standing) = told(ann)
        assert delta["full"] is standing["full"] is True
        assert standing["paint"] == [[me, 1, 1, 2, 1]]


ENGINES = {
    "fanout": HURRIED,
    "stock": ("--stock",),
    "uvicorn": ("--engine", "uvicorn"),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_everyone_knows_the_game_whenever_they_came(
    start_server: Callable[..., Server], engine: str
) -> None:
    server = start_server(*ENGINES[engine], "--round", "3s", "--podium", "1s")

    def standing(link: Watched) -> tuple[object, ...]:
        contest = link.link.mirror.contest
        assert contest is not None
        return (contest.number, contest.phase, dict(contest.points), dict(contest.paint))

    async def play() -> None:
        crowd = [Watched(Target(server.url, f"p{n}", "paint")) for n in range(5)]
        old = Watched(Target(server.url, room="paint", protocol=1))
        for each in (*crowd[:3], old):
            await each.link.open()
        for turn in range(60):
            for number, each in enumerate(crowd[: 3 + turn // 30]):
                each.link.step(list(Direction)[(turn * 3 + number) % 4])
            if turn in (29, 45):
                await crowd[3 + (turn > 30)].link.open()
            await asyncio.sleep(0.02)  # a pace, and nothing is waited for by it
        first = crowd[0].link.mirror
        await until(lambda: first.contest and first.contest.phase is Phase.PODIUM, "a podium")
        # Nothing changes on the podium, so that all must come to know the same.
        await until(
            lambda: all(standing(each) == standing(crowd[0]) for each in crowd), "one standing"
        )
        contest = first.contest
        assert isinstance(contest, Contest)
        assert contest.points.keys() == first.who.keys()
        painters = list(contest.paint.values())
        assert contest.points == {user_id: painters.count(user_id) for user_id in first.who}
        best = contest.podium[0]
        assert best.points == max(contest.points.values()) > 1
        assert first.who[best.user_id].name == best.name
        number = contest.number
        await until(lambda: first.contest and first.contest.number > number, "the next round")
        assert not any(isinstance(update, Round) for update in old.updates)
        assert any(isinstance(update, Placed) for update in old.updates)
        assert all(each.link.mirror.gaps == each.link.faults == 0 for each in (*crowd, old))
        told = scrape(server.url)
        assert told['gridcli_rounds_total{mode="paint"}'] >= 1
        assert told['gridcli_mode_players{mode="paint"}'] == 6
        for each in (*crowd, old):
            await each.link.close()

    scene(play)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--mode", "lobby"], "write den=tag"),
        (["--mode", "lobby=chess"], "roam, tag, paint"),
        (["--mode", "a b=tag"], "modes are"),
        (["--mode", "den=paint", "--grid", "300x300"], "16384 cells"),
        (["--round", "0.1s"], "from 1s"),
        (["--podium", "soon"], "30s"),
        (
            ["--mode", "den=tag", "--message-queue", "redis://127.0.0.1", "--workers", "2"],
            "one server",
        ),
        (["--mode", "den=tag", "--engine", "flask"], "does without --mode"),
    ],
)
def test_what_can_not_be_played_is_said(args: list[str], words: str) -> None:
    ended = gridcli("serve", *args)
    assert ended.returncode == 2
    assert words in " ".join(ended.stderr.split())


def settings_of(*args: str, **env: str) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        command = click.command("serve")(server_options(lambda **_: None))
        ctx = command.make_context("serve", [*args], auto_envvar_prefix="GRIDCLI_SERVE")
        return settings_from(ctx.params)


def test_the_first_that_fits_says_what_is_played() -> None:
    def of(room: str, *args: str, **env: str) -> str:
        settings = settings_of(*args, **env)
        return str(Modes(settings.modes, settings.grid).of(room))

    assert [of(r) for r in ("tag", "tag-1", "tagged", "paint", "paint-x", "lobby")] == [
        *("tag", "tag", "roam", "paint", "paint", "roam"),
    ]
    assert of("lobby", "--mode", "lobby=paint") == "paint"
    assert of("den", "--mode", "den=tag", "--mode", "d*=paint") == "tag"
    assert of("dip", "--mode", "den=tag", "--mode", "d*=paint") == "paint"
    assert of("tag", "--mode", "*=roam") == "roam"
    assert of("den", GRIDCLI_SERVE_MODE="den=tag hut=paint") == "tag"
    assert of("paint", "--grid", "300x300") == "roam", "too many cells"
    assert of("tag", "--grid", "300x300") == "tag"
    assert not Modes(settings_of("--mode", "*=roam").modes[:1])
    assert Modes(DEFAULT_MODES).standing == ("tag", "paint")
    assert Modes((("*", Mode.ROAM), *DEFAULT_MODES)).standing == ()
    times = settings_of("--round", "2m", GRIDCLI_SERVE_PODIUM="5s").times
    assert times == Times(120.0, 5.0)


def test_a_grid_of_several_servers_plays_nothing() -> None:
    given = {"mode": (), "message_queue": "redis://x", "grid": Grid(20, 10)}
    assert modes_from(given) == ()
    assert modes_from(given | {"mode": (("*", Mode.ROAM),)}) == ()
