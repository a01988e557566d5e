"""Says how long a polling answer is, which python-engineio leaves out.

Without, servers send it in chunks, and the last of them as a packet of its own. Not here: the
answers (python-engineio).
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

WsgiApp = TypeVar("WsgiApp", bound=Callable[..., Iterable[bytes]])


def with_lengths(application: WsgiApp) -> WsgiApp:
    """The same application; answers of one piece have a Content-Length."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_UPGRADE" in environ:
            return application(environ, start_response)
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        answer = application(
            environ, lambda status, headers, *_: begun.append((status, list(headers)))
        )
        for status, headers in begun:
            known = any(name.lower() == "content-length" for name, _ in headers)
            if not known and isinstance(answer, list) and len(answer) == 1:
                headers.append(("Content-Length", str(len(answer[0]))))
            start_response(status, headers)
        return answer

    return cast(WsgiApp, call)
