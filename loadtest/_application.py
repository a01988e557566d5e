"""The application that a test measures in place of the game, and the end of a test of a wrong one.

All user classes of a test measure the same, since a process has one account. Not here: what there
is to be described (`gridcli.core.application`), the users (`loadtest.broadcast`).
"""

import logging
from collections.abc import Iterable
from typing import Any

import gevent
from locust.runners import MasterRunner, WorkerRunner

from gridcli.core.application import Application
from gridcli.core.description import BadDescription, Description, check
from gridcli.core.errors import SetupError

from ._account import Account
from ._options import Options

log = logging.getLogger("locust.gridcli")

FAULT = "gridcli-fault"
"""What a worker tells its master when the description turns out to be wrong."""


def application_of(user_classes: Iterable[type]) -> Application | None:
    """What the users measure; None for the game.

    Raises:
        SetupError: they measure several things, or it can't be right.
    """
    found: list[Application | None] = []
    for each in user_classes:
        if hasattr(each, "broadcasts"):
            application = getattr(each, "application", None)
            if application is None:
                raise SetupError(f"{each.__name__} names no application: application = Chat()")
            if not any(application is other for other in found):
                found.append(check(application))
        elif hasattr(each, "by_name_only") and None not in found:
            found.append(None)
    if len(found) > 1:
        raise SetupError("a test measures one application; name the user class that is to run")
    return found[0] if found else None


def warn_of(parsed: Any) -> None:
    """Say which options of the game were given and have no effect."""
    usual = Options()
    given = {
        "--script": parsed.script != usual.script,
        "--grid-room": parsed.grid_room != usual.room,
        "--protocol": parsed.protocol != usual.protocol,
    }
    for name in (name for name, there in given.items() if there):
        log.warning("%s has no effect on another application", name)


def describe(account: Account, application: Application, environment: Any) -> Description:
    """The description of what this process measures, the same for all of its users.

    Raises:
        BadDescription: it can't be right.
    """
    if account.description is None:
        account.description = Description(application, lambda fault: _end_of(environment, fault))
        account.protocol = 0
    return account.description


def _end_of(environment: Any, fault: BadDescription) -> None:
    """Say what is wrong, which makes the test fail, and end it."""
    environment.events.request.fire(
        request_type="BAD",
        name="description",
        response_time=None,
        response_length=0,
        exception=str(fault),
        context={},
    )
    if isinstance(environment.runner, WorkerRunner):
        environment.runner.send_message(FAULT, None)
    else:
        # A user has found it, and is to be ended with the test.
        gevent.spawn(end, environment)


def end(environment: Any) -> None:
    """End the test: with its web interface the process goes on."""
    if environment.web_ui is None:
        environment.runner.quit()
    else:
        environment.runner.stop()


def follow(runner: Any) -> None:
    """A master ends the test when a worker says so."""
    if isinstance(runner, MasterRunner):
        runner.register_message(FAULT, lambda environment, msg, **_: gevent.spawn(end, environment))
