"""Brokers for the tests here: one Redis and one RabbitMQ for each process of tests.

A RabbitMQ takes seconds to start: tests that use one are of xdist's group `rabbitmq`, so that with
`--dist loadgroup` one worker has it (without, each worker that needs it starts its own).
"""

from collections.abc import Iterator

import pytest
from brokers import Broker, RabbitMQ, private_rabbitmq, private_redis


@pytest.fixture(scope="session")
def redis() -> Iterator[Broker]:
    with private_redis() as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """Whoever stops it starts it again."""
    with private_rabbitmq() as broker:
        yield broker
