"""Run the game on Socket.IO for Node: `serve --engine node`, to compare with.

The server is `node/server.js`, which takes nothing from gridcli and speaks protocol 1. Its packages
are installed by npm, once, into the user's cache folder. Not here: the game.
"""

import hashlib
import logging
import os
import shutil
import subprocess
from pathlib import Path

from gridcli.core.errors import SetupError

from ..settings import Settings

SOURCE = Path(__file__).parent / "node"
_FILES = ("package.json", "server.js")
_INSTALL_S = 180.0
_HINT = "node and npm are needed; on Debian: apt-get install nodejs npm"

log = logging.getLogger("gridcli.server")


def run_node(settings: Settings, *, while_stdin_open: bool = False) -> None:
    """Become the Node process; it listens on loopback only.

    Raises:
        SetupError: node, npm or the packages can't be had.
    """
    command = node_command(settings)
    if while_stdin_open:
        command.append("--while-stdin-open")
    os.execv(command[0], command)


def node_command(settings: Settings) -> list[str]:
    """How the server is started, once its packages are installed.

    Raises:
        SetupError: node, npm or the packages can't be had.
    """
    node = shutil.which("node")
    if node is None:
        raise SetupError(f"the program node is missing; {_HINT}")
    grid = settings.grid
    options = ("--port", str(settings.port), "--grid", f"{grid.width}x{grid.height}")
    return [node, str(installed() / "server.js"), *options]


def installed() -> Path:
    """The folder of the server with its packages; the first call takes some seconds.

    Raises:
        SetupError: they can't be had.
    """
    content = b"".join((SOURCE / name).read_bytes() for name in _FILES)
    folder = _cache() / f"node-{hashlib.sha256(content).hexdigest()[:12]}"
    if folder.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise SetupError(f"the program npm is missing; {_HINT}")
    log.warning("installing Socket.IO for Node into %s (once)", folder)
    # Under another name until it is complete: whoever finds the folder can use it.
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        part.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copy(SOURCE / name, part / name)
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(command, cwd=part, capture_output=True, text=True, timeout=_INSTALL_S)
        if done.returncode:
            raise SetupError(f"npm install failed: {' '.join(done.stderr.split())[:300]}")
        try:
            part.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise
    except subprocess.TimeoutExpired:
        raise SetupError(f"npm install took more than {_INSTALL_S:.0f} s") from None
    except OSError as error:
        raise SetupError(f"cannot install into {part}: {error.strerror}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridcli"
