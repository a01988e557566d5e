"""Redis: its ways in, with passwords and TLS, and that nobody connects again behind our back."""

import asyncio
from pathlib import Path

import pytest
import redis as library
from brokers import Broker, free_port, private_redis
from bus_scenes import hears_itself, play, reason, refused, take
from event_loops import Loop, both_loops
from waiting import until

from server.cluster.urls import bus_of


@both_loops
def test_a_socket_in_the_file_system(tmp_path: Path, loop: Loop) -> None:
    place = tmp_path / "redis.sock"
    with private_redis("--unixsocket", str(place), "--requirepass", "s3cret"):
        hears_itself(f"unix://:s3cret@{place}?db=3", loop)
        assert refused(f"unix://:wr0ng@{place}") == "wrong user or password"
        assert refused(f"unix://{place}") == "it wants a password"
    assert refused(f"unix://{place}") == "no such file or directory"


@both_loops
def test_tls_trusts_only_what_it_is_told_to(certificate: Path, loop: Loop) -> None:
    port = free_port()
    files = [
        "--tls-cert-file",
        f"{certificate}/cert.pem",
        "--tls-key-file",
        f"{certificate}/key.pem",
    ]
    options = [*files, "--tls-ca-cert-file", f"{certificate}/cert.pem", "--tls-auth-clients", "no"]
    with private_redis("--tls-port", str(port), *options):
        place = f"127.0.0.1:{port}"
        hears_itself(f"rediss://{place}?ssl_ca_certs={certificate}/cert.pem", loop)
        assert refused(f"rediss://{place}").startswith("its certificate is not trusted: self")
        assert refused(f"redis://{place}").startswith("connection ")  # closed or reset


def test_passwords_and_databases() -> None:
    with private_redis("--requirepass", "a b/c@d%#?", "--databases", "4") as broker:
        place = broker.url.removeprefix("redis://").removesuffix("/0")
        password = "a%20b%2Fc%40d%25%23%3F"
        for url in (f":{password}@{place}/3", f"default:{password}@{place}?db=3"):
            hears_itself(f"redis://{url}", asyncio.new_event_loop)
        hears_itself(f"redis://{place}?password={password}", asyncio.new_event_loop)
        assert refused(f"redis://:{password}@{place}/4") == "DB index is out of range"
        assert refused(f"redis://{place}") == "it wants a password"
    with private_redis() as broker:
        url = broker.url.replace("redis://", "redis://:s3cret@")
        assert refused(url) == "it has no password, but one was given"


def test_databases_are_apart(redis: Broker) -> None:
    async def scene() -> None:
        first, other = [await bus_of(f"{redis.url[:-1]}{db}").connect() for db in (0, 5)]
        await first.publish([b"first"])
        await other.publish([b"other"])
        assert [await take(node, 1) for node in (first, other)] == [[b"first"], [b"other"]]
        await first.close()
        await other.close()

    play(scene)


def test_a_user_without_the_right_to_publish(redis: Broker) -> None:
    async def scene() -> None:
        node = await bus_of(redis.url.replace("redis://", "redis://listener:pw@")).connect()
        why = await reason(node.publish([b"one", b"two"]))
        assert "permission" in why
        assert await reason(node.receive()) == why
        await node.close()

    with library.Redis.from_url(redis.url) as admin:
        admin.acl_setuser(
            "listener",
            enabled=True,
            passwords=["+pw"],
            channels=["gridcli.0"],
            commands=["+subscribe", "+client", "+auth", "+select"],
        )
        play(scene)


@both_loops
@pytest.mark.parametrize("kind", ["pubsub", "normal"])
def test_either_connection_that_redis_closes_is_the_loss_of_both(
    redis: Broker, kind: str, loop: Loop
) -> None:
    async def scene() -> None:
        node = await bus_of(redis.url).connect()
        with library.Redis.from_url(redis.url) as admin:
            assert admin.client_kill_filter(_type=kind, skipme=True) == 1
            if kind == "pubsub":
                why = await reason(node.receive())
                assert await reason(node.publish([b"x"])) == why
            else:
                why = await reason(node.publish([b"x"]))
                assert await reason(node.receive()) == why
            assert why == "connection closed by the broker"
            # The other is closed too, and none has come instead.
            await until(lambda: len(admin.client_list()) == 1, "only the admin to be left")
        await node.close()

    play(scene, loop)


@both_loops
def test_publishing_that_is_cancelled_ends_the_connection(redis: Broker, loop: Loop) -> None:
    """Its replies would be taken for those of the next, or the library would connect anew."""

    async def scene() -> None:
        node = await bus_of(redis.url).connect()
        with redis.frozen():
            publishing = asyncio.ensure_future(node.publish([b"x"] * 3))
            await asyncio.wait({publishing}, timeout=0.1)
            publishing.cancel()
            await asyncio.wait({publishing})
        assert await reason(node.publish([b"y"])) == "interrupted while publishing"
        assert await reason(node.receive()) == "interrupted while publishing"
        await node.close()

    play(scene, loop)
