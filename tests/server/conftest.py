"""Brokers for the tests here: one Redis and one RabbitMQ for each process of tests.

A RabbitMQ takes seconds to start: tests that use one are of xdist's group `rabbitmq`, so that with
`--dist loadgroup` one worker has it (without, each worker that needs it starts its own).
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import Broker, RabbitMQ, private_rabbitmq, private_redis
from needs import need_binary


@pytest.fixture(scope="session")
def redis() -> Iterator[Broker]:
    with private_redis() as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq(certificate: Path) -> Iterator[RabbitMQ]:
    """Whoever stops it starts it again. It also speaks TLS, at `tls_url`."""
    with private_rabbitmq(certificate) as broker:
        yield broker


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `key.pem` and `cert.pem`, which is signed by itself for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    command = [need_binary("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2"]
    command += ["-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(
    params=["redis", pytest.param("rabbitmq", marks=pytest.mark.xdist_group("rabbitmq"))]
)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Each of the two in turn, which a test may stop."""
    broker: Broker = request.getfixturevalue(request.param)
    yield broker
    if broker.process.poll() is not None:
        broker.start()
