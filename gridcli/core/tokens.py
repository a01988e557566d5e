"""Files of tokens, which a server knows its players by: one token on a line.

Blank lines and lines that begin with `#` are left out. What is wrong is told by the line's number
alone, so that no token ends up in an error. Not here: reading such a file and comparing
(`server.tokens`), what is done with a player's own (`gridcli.options`, `loadtest._values`).
"""

from typing import Final

LEAST_TOKEN: Final = 16
"""The shortest token, in characters."""
OWN_TOKEN: Final = "GRIDCLI_TOKEN"
"""The environment variable that may hold a player's own."""

_HOW_TO_MAKE_ONE = "make one with `openssl rand -hex 32`"


class BadTokens(ValueError):
    """A text that is no file of tokens; `str()` is one line that says what to do."""


def parse_tokens(text: str) -> tuple[str, ...]:
    """The tokens of such a file, which may have none.

    Raises:
        BadTokens: a line is no token.
    """
    tokens = []
    for number, line in enumerate(text.splitlines(), 1):
        token = line.strip()
        if not token or token.startswith("#"):
            continue
        if len(token) < LEAST_TOKEN:
            raise BadTokens(
                f"line {number} is shorter than {LEAST_TOKEN} characters; {_HOW_TO_MAKE_ONE}"
            )
        if len(token.split()) > 1 or not token.isprintable():
            raise BadTokens(f"line {number} is more than one token; {_HOW_TO_MAKE_ONE}")
        tokens.append(token)
    return tuple(tokens)


def own_token(text: str) -> str:
    """A player's own: the first of such a file.

    Raises:
        BadTokens: there is none.
    """
    tokens = parse_tokens(text)
    if not tokens:
        raise BadTokens("it holds no token; ask who runs the server for one")
    return tokens[0]
