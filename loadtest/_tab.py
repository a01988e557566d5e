"""The tab of Locust's web interface that shows move → seen, live.

Locust puts tabs of extensions into its page and can fill them with tables only; so a small script
is added to the page, which shows our own page in the tab's place. That one draws by itself and
loads nothing from elsewhere. Not here: what it shows (`loadtest._live`), how (`_live.html`).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, request

from ._live import Live

KEY, TITLE = "move-seen", "Move → seen"
_FOLDER = Path(__file__).parent
_SCRIPT = b'<script src="./gridcli/tab.js"></script>\n  </body>'


def install(environment: Any, live: Callable[[], Live]) -> None:
    """Add the tab.

    Args:
        environment: Locust's, with a web interface.
        live: gives the seconds of the test that runs, or ran last.
    """
    web = environment.web_ui
    web.template_args.setdefault("extended_tabs", []).append({"title": TITLE, "key": KEY})
    routes = Blueprint("gridcli", __name__, url_prefix="/gridcli")

    @routes.route("/live")
    @web.auth_required_if_enabled  # type: ignore[untyped-decorator]
    def page() -> Response:
        return _file("_live.html", "text/html")

    @routes.route("/tab.js")
    @web.auth_required_if_enabled  # type: ignore[untyped-decorator]
    def script() -> Response:
        return _file("_tab.js", "text/javascript")

    @routes.route("/seconds")
    @web.auth_required_if_enabled  # type: ignore[untyped-decorator]
    def seconds() -> Response:
        now = live()
        first = request.args.get("since", 0, type=int)
        body = orjson.dumps({"test": now.test, "seconds": now.since(first)})
        return Response(body, mimetype="application/json")

    def add_script(response: Response) -> Response:
        if request.endpoint == "locust.index" and response.mimetype == "text/html":
            response.set_data(response.get_data().replace(b"</body>", _SCRIPT, 1))
        return response

    parent = Blueprint(
        "gridcli_base", __name__, url_prefix=environment.parsed_options.web_base_path
    )
    parent.register_blueprint(routes)
    web.app.register_blueprint(parent)
    web.app.after_request(add_script)


def _file(name: str, mimetype: str) -> Response:
    return Response((_FOLDER / name).read_bytes(), mimetype=mimetype)
