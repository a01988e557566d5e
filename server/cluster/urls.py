"""A message queue's URL: which bus it means, and how people may see it.

What is not understood is refused here, at the start, and not taken for something else later. No
text of this module holds a password, not even of a URL that is none. Not here: what the options
do, which is their libraries' (`redis_bus`, `amqp_bus`).
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from gridcli.core.errors import SetupError

from .bus import Bus

_REDIS = {"username", "password", "db"}
_REDIS_TLS = {
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_cert_reqs",
    "ssl_ciphers",
    "ssl_keyfile",
    "ssl_password",
}
_AMQP = {"heartbeat"}
_AMQP_TLS = {"cafile", "capath", "certfile", "keyfile", "no_verify_ssl"}
OPTIONS: dict[str, set[str]] = {
    "redis": _REDIS,
    "rediss": _REDIS | _REDIS_TLS,
    "unix": _REDIS,
    "amqp": _AMQP,
    "amqps": _AMQP | _AMQP_TLS,
}
"""What may stand behind the question mark, for each scheme."""

_PATHS = {
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_certfile",
    "ssl_keyfile",
    "cafile",
    "capath",
    "certfile",
    "keyfile",
}
_CHOICES = {"ssl_cert_reqs": ("none", "optional", "required")}
_NUMBERS = {"db", "heartbeat"}
_AUTHORITY = re.compile(r"([^@:]*(?::[^@]*)?@)?(\[[0-9a-fA-F:.%]+\]|[^\[\]@:]*)(:[0-9]*)?")

_QUOTING = "write special characters of a password as %23 and the like"


class _NotUnderstood(Exception):
    """Why a URL is refused, in words that hold nothing of it."""


def bus_of(url: str) -> Bus:
    """The bus at a URL, which is not connected to yet.

    Raises:
        SetupError: it is no URL of a broker that we know; the text names what is.
    """
    address = without_password(url)
    try:
        return _bus(_checked(url), address)
    except _NotUnderstood as error:
        why = str(error)
    except ValueError:  # a library's, whose text may hold anything
        why = f"it is malformed; {_QUOTING}"
    raise SetupError(f"the message queue's URL {address} is not understood: {why}")


def without_password(url: str) -> str:
    """The URL for people: its password as `***`, its options left out, on one line.

    Where it can't be told what is a password, nothing but the scheme is left.
    """
    scheme, colon, rest = url.partition("://")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return "***"
    authority, path = re.match(r"([^/?#;&\s]*)([^?#;&\s]*)", rest).groups()  # type: ignore[union-attr]
    found = _AUTHORITY.fullmatch(authority)
    if not found or "@" in rest[len(authority) :]:
        return f"{scheme}://***"
    account, host, port = (part or "" for part in found.groups())
    if ":" in account:
        account = account.partition(":")[0] + ":***@"
    shown = f"{scheme}://{account}{host}{port}{path}"
    return shown if shown.isprintable() else f"{scheme}://***"


def _bus(parts: SplitResult, address: str) -> Bus:
    if parts.scheme.startswith("amqp"):
        from .amqp_bus import AmqpBus

        if not parts.hostname:
            account, at, port = parts.netloc.rpartition("@")
            parts = parts._replace(netloc=f"{account}{at}localhost{port}")
        return AmqpBus(parts.geturl(), address)
    from .redis_bus import RedisBus

    return RedisBus(parts.geturl(), address)


def _checked(url: str) -> SplitResult:
    if not url.isprintable() or " " in url:
        raise _NotUnderstood("it holds a space or a control character")
    parts = urlsplit(url)
    if parts.scheme not in OPTIONS:
        allowed = ", ".join(f"{scheme}://" for scheme in OPTIONS)
        raise _NotUnderstood(f"it must begin with one of {allowed}")
    if not _AUTHORITY.fullmatch(parts.netloc):
        raise _NotUnderstood(
            f"what stands before its path is not USER:PASSWORD@HOST:PORT; {_QUOTING}"
        )
    if parts.fragment or url.endswith("#"):
        raise _NotUnderstood(f"it has a '#'; {_QUOTING}")
    _check_place(parts)
    _check_options(parts)
    return parts


def _check_place(parts: SplitResult) -> None:
    """The host, the port and the path."""
    scheme, path = parts.scheme, parts.path
    if scheme == "unix":
        if parts.hostname or not path.startswith("/") or path == "/":
            raise _NotUnderstood(
                "write the socket's path after three slashes, as in unix:///run/redis"
            )
        return
    try:
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise _NotUnderstood("its port is not a number from 1 to 65535") from None
    if scheme.startswith("redis") and not re.fullmatch(r"/?|/[0-9]{1,9}", path):
        raise _NotUnderstood("its path is the number of a database, as in redis://localhost/0")
    if scheme.startswith("amqp") and "/" in path[1:] and path != "//":
        raise _NotUnderstood("its path is one virtual host; write a slash in its name as %2F")


def _check_options(parts: SplitResult) -> None:
    allowed = OPTIONS[parts.scheme]
    try:
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _NotUnderstood("its options are not of the form ?name=value&name=value") from None
    for name, value in options:
        if name not in allowed:
            # Its name may be a part of a password.
            raise _NotUnderstood(f"it may have these options only: {', '.join(sorted(allowed))}")
        if name in _NUMBERS and not re.fullmatch(r"[0-9]{1,9}", value):
            raise _NotUnderstood(f"its option {name} is not a number")
        if value not in _CHOICES.get(name, (value,)):
            raise _NotUnderstood(f"its option {name} is none of {', '.join(_CHOICES[name])}")
        if name in _PATHS and not Path(value).exists():
            raise _NotUnderstood(f"there is no file where its option {name} points")
    names = [name for name, _ in options]
    if len(set(names)) < len(names):
        raise _NotUnderstood("it has an option twice")
    if parts.password is not None and "password" in names:
        raise _NotUnderstood("it has two passwords")
