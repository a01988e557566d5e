"""Who may join where a server was given a file of tokens.

The file is read again by the first newcomer after it has changed, so that no signal is needed,
and each worker and node sees to itself. A token that was taken out lets nobody in any more,
whatever resume token comes with it; who is in stays. Not here: what such a file looks like
(`gridcli.core.tokens`), what else a newcomer must fulfil (`server.sessions`).
"""

import hashlib
import hmac
import logging
import os
from pathlib import Path

from gridcli.core.errors import Refusal, SetupError
from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.names import UNAUTHORIZED
from gridcli.core.tokens import OWN_TOKEN, BadTokens, parse_tokens

from .engines.table import ENGINES
from .settings import Settings

log = logging.getLogger("gridcli.server")

_WHAT_TO_DO = (
    "ask who runs this server for one, and give it to gridcli as --token-file FILE or in the "
    f"variable {OWN_TOKEN}, or to another client as `token` of its auth object"
)

_Version = tuple[int, ...]


class Tokens:
    """The tokens that one server knows, kept as digests.

    Args:
        path: the file.
        open_spectating: whether spectators need none.

    Raises:
        SetupError: the file can't be read, is none of tokens, or holds none.
    """

    def __init__(self, path: Path, *, open_spectating: bool = False) -> None:
        self._path = path
        self._open_spectating = open_spectating
        self._version: _Version | None = None
        self._known: tuple[bytes, ...] = ()
        try:
            self._read()
        except (OSError, BadTokens) as error:
            raise SetupError(f"the token file {path}: {_reason(error)}") from None
        if not self._known:
            raise SetupError(
                f"the token file {path}: it holds no token, so nobody could join; "
                "`openssl rand -hex 32 >> FILE` adds one"
            )

    def check(self, auth: Auth) -> None:
        """Let a newcomer pass. A resume token makes up for nothing.

        Raises:
            Refusal: it may not join.
        """
        if auth.spectate and self._open_spectating:
            return
        self._read_again()
        if not auth.token:
            raise Refusal(UNAUTHORIZED, f"a token is needed to join; {_WHAT_TO_DO}")
        presented = _digest(auth.token)
        known = False
        for digest in self._known:  # all of them, so that the time tells nothing
            known |= hmac.compare_digest(digest, presented)
        if not known:
            raise Refusal(UNAUTHORIZED, f"the token is not known here; {_WHAT_TO_DO}")

    def _read_again(self) -> None:
        try:
            if _version_of(os.stat(self._path)) == self._version:
                return
            self._read()
        except (OSError, BadTokens) as error:
            if self._version is not None:
                log.error(
                    "the token file can't be read again, so what it held before goes on: %s",
                    _reason(error),
                )
            if isinstance(error, OSError):
                self._version = None  # said once, until there is a file again
            return
        log.info("the token file has changed; tokens now: %d", len(self._known))

    def _read(self) -> None:
        with self._path.open("rb") as file:
            self._version = _version_of(os.fstat(file.fileno()))
            data = file.read()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadTokens("it is not text") from None
        self._known = tuple({_digest(token): None for token in parse_tokens(text)})


def tokens_of(settings: Settings) -> Tokens | None:
    """What a server with these settings knows its players by; None where it lets everyone in.

    Raises:
        SetupError: the file can't be used, or the settings contradict each other.
    """
    if settings.token_file is None:
        if settings.open_spectating:
            raise SetupError("without it nobody needs a token; leave --open-spectating out")
        return None
    if "token_file" in ENGINES[settings.engine].unused:
        # A server that was meant to be closed must not be open, whoever it was that said so.
        raise SetupError(f"--engine {settings.engine} lets everyone in")
    return Tokens(settings.token_file, open_spectating=settings.open_spectating)


def _version_of(found: os.stat_result) -> _Version:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _digest(token: str) -> bytes:
    # Equal lengths: a comparison of the tokens themselves would tell theirs.
    return hashlib.sha256(token.encode()).digest()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return str(error)
