"""Who may join a server that was given a file of tokens: clients of every make, on real servers.

Not here: what such a file looks like (`tests/core/test_tokens.py`).
"""

import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reading_whole
import socketio
from servers import PATIENT, ROOT, Server, running_server
from socketio_player import NAMESPACE, play
from waiting import until, until_sync
from watched_link import Watched, scene

from gridcli.core.errors import Refusal, SetupError
from gridcli.core.protocol.auth import Auth
from gridcli.link.states import Refused
from gridcli.link.target import Target, Transport
from server.settings import Settings
from server.tokens import Tokens, tokens_of

ANN, BOB = secrets.token_hex(16), secrets.token_hex(16)
UNKNOWN = secrets.token_hex(16)
ENGINES = {"fan-out": [], "stock": ["--stock"], "uvicorn": ["--engine", "uvicorn"]}


def written(path: Path, *tokens: str) -> Path:
    """As people replace a file that others read."""
    path.with_suffix(".new").write_text("# who may play\n" + "".join(f"{t}\n" for t in tokens))
    return path.with_suffix(".new").replace(path)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("tokens") / "tokens", ANN, BOB)


@pytest.fixture(scope="module", params=list(ENGINES))
def closed(request: pytest.FixtureRequest, file: Path) -> Iterator[Server]:
    """A server that lets in whom the file names."""
    with running_server(*ENGINES[request.param], "--token-file", str(file)) as server:
        yield server
        said = server.transcript()
    for token in (ANN, BOB, UNKNOWN):
        assert token not in said


async def refusal_of(target: Target) -> Refusal:
    """How a server refuses a client of ours; it must not try again."""
    link = Watched(target).link
    with pytest.raises(Refusal) as caught:
        await link.open()
    await link.close()
    return caught.value


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.POLLING])
@pytest.mark.parametrize("protocol", [1, 2])
def test_only_who_has_a_token_joins(closed: Server, protocol: int, transport: Transport) -> None:
    def target(token: str, **more: Any) -> Target:
        return Target(closed.url, "", "den", transport, protocol, token=token, **more)

    async def play() -> None:
        ann, bob = Watched(target(ANN)), Watched(target(BOB))
        await ann.link.open()
        await bob.link.open()
        assert ann.link.protocol == protocol
        for token in ("", UNKNOWN, ANN[:-1], f"{ANN}\N{SNOWMAN}"):
            refused = await refusal_of(target(token))
            assert refused.code == "unauthorized"
            assert "--token-file" in refused.text
            assert "GRIDCLI_TOKEN" in refused.text
            assert not token or token not in refused.text
        if protocol == 2:
            assert (await refusal_of(target("", spectate=True))).code == "unauthorized"
        await until(lambda: len(ann.link.mirror.cells) == 2, "two players")
        ids = {ann.link.mirror.user_id, bob.link.mirror.user_id}
        assert set(ann.link.mirror.cells) == ids, "somebody slipped in"
        await ann.link.close()
        await bob.link.close()

    scene(play)
    with urllib.request.urlopen(f"{closed.url}/metrics", timeout=10) as answer:
        metrics = str(answer.read(), "utf-8")
    assert 'outcome="unauthorized"' in metrics
    assert ANN not in metrics


@pytest.mark.parametrize("auth", [{"token": ANN}, {"protocol": 2, "token": ANN}], ids=["1", "2"])
def test_other_clients_give_it_in_their_auth_object(closed: Server, auth: dict[str, Any]) -> None:
    how: dict[str, Any] = {"transports": ["websocket"], "namespaces": [NAMESPACE]}

    async def act() -> None:
        async with reading_whole.session() as http:
            client = socketio.AsyncClient(reconnection=False, http_session=http)
            await client.connect(closed.url, auth=auth, **how)
            assert NAMESPACE in client.namespaces
            await client.disconnect()
            for wrong in (None, {"token": UNKNOWN}, {"token": 5}, {"token": [ANN]}):
                stranger = socketio.AsyncClient(reconnection=False, http_session=http)
                told: list[Any] = []
                stranger.on("connect_error", told.append, namespace=NAMESPACE)
                with pytest.raises(socketio.exceptions.ConnectionError):
                    await stranger.connect(closed.url, auth=wrong, **how)
                assert [reason["data"]["code"] for reason in told] == ["unauthorized"]
                await stranger.disconnect()

    play(act())


def test_a_resume_token_makes_up_for_nothing(closed: Server) -> None:
    async def play() -> None:
        ann = Watched(Target(closed.url, token=ANN))
        await ann.link.open()
        for token in ("", UNKNOWN):
            again = Watched(Target(closed.url, token=token)).link
            again._resume = ann.link._resume
            with pytest.raises(Refusal) as caught:
                await again.open()
            assert caught.value.code == "unauthorized"
            await again.close()
        # And it is not spent by that.
        again = Watched(Target(closed.url, token=BOB)).link
        again._resume = ann.link._resume
        await again.open()
        assert again.mirror.user_id == ann.link.mirror.user_id
        await again.close()
        await ann.link.close()

    scene(play)


def test_spectators_without_one_where_that_is_asked_for(file: Path) -> None:
    with running_server("--token-file", str(file), "--open-spectating") as server:

        async def play() -> None:
            eye = Watched(Target(server.url, spectate=True))
            await eye.link.open()
            assert (await refusal_of(Target(server.url))).code == "unauthorized"
            assert (await refusal_of(Target(server.url, protocol=1))).code == "unauthorized"
            await eye.link.close()

        scene(play)


def test_a_file_that_has_changed_counts_from_the_next_newcomer_on(tmp_path: Path) -> None:
    path = written(tmp_path / "tokens", ANN)
    with running_server("--token-file", str(path)) as server:

        async def joins(token: str) -> bool:
            link = Watched(Target(server.url, token=token)).link
            try:
                await link.open()
            except Refusal:
                return False
            finally:
                await link.close()
            return True

        async def play() -> None:
            ann = Watched(Target(server.url, token=ANN))
            await ann.link.open()
            written(path, BOB)
            assert await joins(BOB)
            assert not await joins(ANN)
            path.write_text("too-short\n")
            assert await joins(BOB), "a file with a fault must not shut everyone out"
            path.unlink()
            assert await joins(BOB)
            assert await joins(BOB)
            written(path)
            assert not await joins(BOB), "nobody is known any more"
            written(path, ANN)
            assert await joins(ANN)
            assert not any(isinstance(state, Refused) for state in ann.states)
            await ann.link.probe()  # who is in stays
            await ann.link.close()

        scene(play)
        until_sync(lambda: len(server.output) == 6, "all lines of the log")
        assert [
            line.partition("gridcli.server: ")[2].partition(":")[0] for line in server.output[1:]
        ] == [
            "the token file has changed; tokens now",
            "the token file can't be read again, so what it held before goes on",
            "the token file can't be read again, so what it held before goes on",
            "the token file has changed; tokens now",
            "the token file has changed; tokens now",
        ]
        assert ANN not in server.transcript()
        assert "too-short" not in server.transcript()


def gridcli(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
    return subprocess.run(
        [sys.executable, "-m", "gridcli", *args],
        cwd=ROOT,
        env=inherited | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_bots_bring_it_from_a_file_or_the_environment(file: Path) -> None:
    with running_server("--token-file", str(file)) as server:
        swarm = ["bots", "--server", server.url, "--count", "2", "--duration", "0.5s"]
        without = gridcli(*swarm)
        assert without.returncode == 1
        assert "unauthorized" in without.stdout + without.stderr
        for ended in (
            gridcli(*swarm, "--token-file", str(file), **PATIENT),
            gridcli(*swarm, "--protocol", "1", GRIDCLI_TOKEN=BOB, **PATIENT),
        ):
            assert ended.returncode == 0, ended.stderr
            assert ANN not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("args", "text", "said"),
    [
        (["--token-file", "FILE"], "short\n", "openssl rand -hex 32"),
        (["--token-file", "FILE"], "# nobody\n", "holds no token"),
        (["--token-file", "FILE"], "\udcff", "not text"),
        (["--token-file", "nowhere"], "", "nowhere"),
        (["--open-spectating"], "", "--open-spectating"),
        (["--token-file", "FILE", "--engine", "flask"], ANN, "--engine flask"),
        (["--token-file", "FILE", "--engine", "node"], ANN, "--engine node"),
    ],
    ids=["short", "empty", "no text", "not there", "without", "flask", "node"],
)
def test_faults_are_one_line_before_the_server_begins(
    tmp_path: Path, args: list[str], text: str, said: str
) -> None:
    path = tmp_path / "tokens"
    path.write_text(text, errors="surrogateescape")
    ended = gridcli("serve", "--port", "0", *(str(path) if a == "FILE" else a for a in args))
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert ended.stdout == ""


def test_an_engine_without_tokens_is_not_started_by_the_environment_either(file: Path) -> None:
    ended = gridcli("serve", "--engine", "flask", GRIDCLI_SERVE_TOKEN_FILE=str(file))
    assert ended.returncode == 2
    assert "--engine flask lets everyone in" in ended.stderr


def test_every_known_digest_is_compared(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: compared.append(len(a)) or a == b)
    tokens = Tokens(file)
    tokens.check(Auth(token=ANN))
    assert compared == [32, 32]
    with pytest.raises(Refusal):
        tokens.check(Auth(token=ANN[:5]))
    assert compared == [32, 32, 32, 32]


def test_no_token_in_what_is_shown_of_an_object(file: Path) -> None:
    shown = [Auth(2, token=ANN, resume=BOB), Target("http://x", token=ANN), Tokens(file)]
    shown += [Settings(token_file=file), vars(Tokens(file))]
    assert not [one for one in map(repr, shown) if ANN in one or BOB in one]
    with pytest.raises(SetupError):
        tokens_of(Settings(open_spectating=True))
