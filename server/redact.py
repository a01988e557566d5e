"""Secrets in text that goes to a log: each is replaced by `***`, wherever the text came from.

Two nets, as no line of ours names one: values that this process knows, and whatever stands where
secrets stand: in a field called so, in a URL before the host, in a query. Not here: logging itself
(`server.logs`).
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from .settings import Settings

_MASK = "***"
_LEAST = 4
"""Shorter values are found in any text, and are no secrets."""

_NAMES = r"(?:[a-z_-]*(?:token|secret|passwor[dt]|passwd)|resume|sid)"
# A value in quotes ends with the quote that began it, in JSON within JSON with its backslashes;
# text that was cut short may have none.
_FIELD = re.compile(
    rf"""(?<![a-z])({_NAMES}(?P<q>\\*["'])?\s*[:=]\s*)
    (?: b?(?P<v>\\*["']).*?(?:(?<!\\)(?P=v)|$)      # "value", 'value', \"value\"
      | [\[{{(].*$                                   # a value with more inside
      | [^\s"'\\&,;}}\])]+ )                         # value""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(r"""(\b(?:authorization|cookie)\\*["']?\s*[:=,]\s*)[^\r\n]+""", re.IGNORECASE)
_PASSWORD = re.compile(r"""(://[^\s/?#:@"'<>]*:)[^\s/?#"'<>]*@""")
# How python-engineio names a session, which may be another node's.
_SESSION = re.compile(r"(\b(?:invalid|for) session )\S+", re.IGNORECASE)
_ACCOUNT = re.compile(r"""(://)[^\s/?#:@"'<>]+@""")


class Redactor:
    """Replaces secrets.

    Args:
        known: values that must appear nowhere.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        forms = {
            form
            for value in known
            for form in (value, quote(value, safe=""), repr(value)[1:-1])
            if len(form) >= _LEAST
        }
        # The longest first: one may be a part of another.
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._known is not None:
            text = self._known.sub(_MASK, text)
        if "://" in text:
            text = _PASSWORD.sub(rf"\1{_MASK}@", text)
            text = _ACCOUNT.sub(rf"\1{_MASK}@", text)
        text = _SESSION.sub(rf"\1{_MASK}", text)
        text = _HEADER.sub(rf"\1{_MASK}", text)
        return _FIELD.sub(rf"\1{_MASK}", text)


def known_secrets(settings: Settings) -> list[str]:
    """What a server with these settings knows and must not say."""
    secrets = []
    if settings.cluster_secret:
        secrets += [settings.cluster_secret.decode(errors="replace"), settings.cluster_secret.hex()]
    if settings.message_queue:
        secrets.append(_password_of(settings.message_queue))
    return secrets


def _password_of(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""
