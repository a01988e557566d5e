"""Find a script or a description of an application in a user's file, as `path.py:name`.

Not here: the scripts that are built in (`bots.scripts`).
"""

import importlib.util
import inspect
from pathlib import Path
from typing import Any

from gridcli.core.application import Application
from gridcli.core.description import check
from gridcli.core.errors import SetupError

from .scripts import BUILT_IN, Bot, Strategy, playing


def load_script(text: str) -> Bot:
    """The bot that a name or `path.py:name` stands for.

    Raises:
        SetupError: no such script, or the file does not load.
    """
    script: Bot | Strategy | None = BUILT_IN.get(text)
    if script is None:
        path, _, name = text.rpartition(":")
        if not path.endswith(".py"):
            names = ", ".join(BUILT_IN)
            raise SetupError(f"no script {text!r}; there are {names}, or your own as path.py:name")
        script = _from_file(Path(path), name)
    # inspect, not asyncio: a callable object with an async __call__ counts too
    is_bot = inspect.iscoroutinefunction(script) or inspect.iscoroutinefunction(
        getattr(script, "__call__", None)  # noqa: B004
    )
    return script if is_bot else playing(script)  # type: ignore[return-value, arg-type]  # told apart at run time


def load_application(text: str) -> Application:
    """The application that `path.py:Name` describes.

    Raises:
        SetupError: no such class, the file does not load, or what it describes can't be right.
    """
    path, _, name = text.rpartition(":")
    if not path.endswith(".py"):
        raise SetupError(f"{text!r} names no description; write it as path.py:Name")
    found = _from_file(Path(path), name)
    if not (isinstance(found, type) and issubclass(found, Application)):
        raise SetupError(f"{text} is no subclass of gridcli.core.application.Application")
    try:
        application = found()
    except Exception as error:  # likewise
        raise SetupError(f"{text} can't be made: {type(error).__name__}: {error}") from error
    return check(application)


def _from_file(path: Path, name: str) -> Any:
    if not path.is_file():
        raise SetupError(f"no file {path}")
    spec = importlib.util.spec_from_file_location(f"_bot_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SetupError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's file does wrong, it is named in one line
        raise SetupError(f"{path} does not load: {type(error).__name__}: {error}") from error
    found_there = getattr(module, name, None)
    if not callable(found_there):
        found = [n for n, value in vars(module).items() if callable(value) and n[0] != "_"]
        raise SetupError(f"{path} has no {name!r}; it has {', '.join(found) or 'nothing to call'}")
    return found_there
