"""Find a script: one that is built in, or a user's own as `path.py:name`."""

import importlib.util
import inspect
from pathlib import Path

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


def _from_file(path: Path, name: str) -> Bot | Strategy:
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
    script = getattr(module, name, None)
    if not callable(script):
        found = [n for n, value in vars(module).items() if callable(value) and n[0] != "_"]
        raise SetupError(f"{path} has no {name!r}; it has {', '.join(found) or 'nothing to call'}")
    return script  # type: ignore[no-any-return]  # what it takes and gives shows when it runs
