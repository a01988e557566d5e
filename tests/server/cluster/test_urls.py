"""URLs of message queues: which are understood, what the others are told, and no password shown."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridcli.core.errors import SetupError
from server.cluster.urls import bus_of, without_password

SECRET = "S3CRET"
PASSWORDS = st.tuples(st.text(max_size=6), st.text(max_size=6)).map(SECRET.join)
SHAPES = [
    "redis://user:{}@host:6379/0",
    "rediss://:{}@host",
    "unix://user:{}@/run/redis.sock",
    "amqp://user:{}@host/vhost",
    "amqps://user:{}@[::1]:5671",
    "redis://host?password={}",
    "redis://host/0?db=1&password={}&username=me",
    "rediss://host?ssl_password={}#top",
    # No URL of a broker, or none at all.
    "user:{}@host",
    "redis:/user:{}@host",
    "redis//user:{}@host",
    "http://user:{}@host",
    "redis://[::1:{}@host",
    "redis://user:{}@host:port/db",
    "redis://host&password={}",
    "redis://host/0;password={}",
    " redis://user:{}@host",
]


@pytest.mark.parametrize(
    "url",
    [
        "redis://",
        "redis://localhost",
        "redis://me:pw@[::1]:6380/15",
        "redis://h?db=3&password=x",
        "rediss://h/0?ssl_cert_reqs=none&ssl_check_hostname=false",
        "unix:///run/redis.sock",
        "unix://:pw@/run/redis.sock?db=1",
        "amqp://",
        "amqp://guest:guest@localhost:5672//",
        "amqp://h/%2F?heartbeat=10",
        "amqps://u:p%40@h/v?no_verify_ssl=1",
    ],
)
def test_understood(url: str) -> None:
    assert bus_of(url).address == without_password(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "redis://, rediss://, unix://, amqp://, amqps://"),
        ("localhost:6379", "must begin with"),
        ("kafka://h", "must begin with"),
        ("redis://h:port", "USER:PASSWORD@HOST:PORT"),
        ("redis://h:99999", "65535"),
        ("redis://h:0", "65535"),
        ("redis://u:p@ss@h", "%23"),
        ("redis://u:p#ss@h", "USER:PASSWORD@HOST:PORT"),
        ("redis://h/0#x", "%23"),
        ("redis://h/game", "number of a database"),
        ("redis://h?db=x", "db is not a number"),
        ("redis://h?retry_on_timeout=1", "db, password, username"),
        ("redis://h?ssl_ca_certs=/x", "these options only"),
        ("redis://h?db", "?name=value"),
        ("redis://h?db=1&db=2", "twice"),
        ("redis://u:p@h?password=q", "two passwords"),
        ("rediss://h?ssl_ca_certs=/no/such.pem", "no file where its option ssl_ca_certs"),
        ("rediss://h?ssl_cert_reqs=maybe", "none, optional, required"),
        ("unix://run/redis.sock", "three slashes"),
        ("unix://", "three slashes"),
        ("amqp://h/a/b", "%2F"),
        ("redis://h\n", "control character"),
        ("redis://[zz]", "malformed"),
        ("redis://[::", "malformed"),
        ("amqp://u:p\\@h", "malformed"),
    ],
)
def test_refused(url: str, told: str) -> None:
    with pytest.raises(SetupError) as caught:
        bus_of(url)
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:s3cret@host:6379/0", "redis://user:***@host:6379/0"),
        ("redis://:s3cret@host", "redis://:***@host"),
        ("redis://user@host", "redis://user@host"),
        ("redis://host/2?password=s3cret", "redis://host/2"),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock"),
        ("amqps://u:p@[::1]:5671/game", "amqps://u:***@[::1]:5671/game"),
        ("redis://user:a/b@host", "redis://***"),
        ("redis://[s3cret]", "redis://***"),
        ("redis://user:s3cret", "redis://***"),
        ("user:s3cret@host", "***"),
    ],
)
def test_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


@given(st.sampled_from(SHAPES), PASSWORDS, st.booleans())
@example("redis://user:{}@host", "12@34;S3CRET", False)
def test_no_password_is_ever_shown(shape: str, password: str, quoted: bool) -> None:
    url = shape.format(quote(password, safe="") if quoted else password)
    told = [without_password(url)]
    try:
        told.append(bus_of(url).address)
    except SetupError as error:
        told.append(str(error))
    for text in told:
        assert SECRET not in text
        assert text.isprintable()


@given(st.text(), st.sampled_from(["", "redis://", "amqp://h/", "unix:///", "rediss://h?"]))
def test_any_text_is_a_bus_or_told_in_one_line(text: str, start: str) -> None:
    try:
        address = bus_of(start + text).address
    except SetupError as error:
        address = str(error)
    assert address.isprintable()


def test_a_server_without_a_bus_loads_no_broker() -> None:
    source = Path(__file__).parents[3].joinpath("server", "cluster", "urls.py").read_text("utf-8")
    assert not re.search(r"^(from|import) .*(redis|aio_pika|amqp)", source, re.MULTILINE)
