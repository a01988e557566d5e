"""What `gridcli serve` says to options that the engine does without, and if it is not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import gridcli
from servers import ROOT


def serve(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gridcli", "serve", "--port", "0", *args],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["--tick-floor", "5"], "--tick-floor"),
        (["--flush-floor", "0.5"], "--flush-floor"),  # the default, but said
        (["--flush-ceiling", "90"], "--flush-ceiling"),
        (["--flush-rest", "1"], "--flush-rest"),
        (["--stock"], "--fanout/--stock"),
        (["--grace", "5", "--require-bus"], "--grace, --require-bus"),
        (["--workers", "2", "--message-queue", "redis://127.0.0.1:1"], "--workers"),
        (["--cluster-secret", __file__], "--cluster-secret"),
    ],
    ids=str,
)
def test_what_the_flask_engine_does_without_is_named(args: list[str], named: str) -> None:
    done = gridcli("serve", "--port", "0", "--engine", "flask", *args)
    assert done.returncode == 2
    assert done.stderr == (
        f"gridcli serve: --engine flask does without {named} (see gridcli serve --help)\n"
    )


def test_an_async_mode_is_of_the_flask_engine_alone() -> None:
    done = gridcli("serve", "--port", "0", "--async-mode", "gevent")
    assert done.returncode == 2
    assert "--engine aiohttp does without --async-mode" in done.stderr


def test_an_engine_that_there_is_not() -> None:
    done = gridcli("serve", "--port", "0", "--engine", "django")
    assert done.returncode == 2
    assert "'aiohttp', 'flask'" in done.stderr


def test_a_broker_that_flask_socketio_has_no_manager_for() -> None:
    done = gridcli(
        "serve", "--port", "0", "--engine", "flask", "--message-queue", "unix:///run/redis.sock"
    )
    assert done.returncode == 1
    assert "redis://, rediss://, amqp:// or amqps://, not unix://" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve("--engine", "flask", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr


@pytest.mark.parametrize(
    ("package", "mode"), [("flask_socketio", "threading"), ("eventlet", "eventlet")]
)
def test_without_the_extra_it_says_what_to_install(package: str, mode: str) -> None:
    program = (
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "PathFinder.find_spec = classmethod(\n"
        f"    lambda cls, name, *more: None if name == {package!r} else found(name, *more)\n"
        ")\n"
        "from gridcli.cli import main\n"
        f"sys.argv = ['gridcli', 'serve', '--engine', 'flask', '--async-mode', {mode!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (f"gridcli: {package} is not installed; pip install 'gridcli[flask]'\n")


def test_settings_of_the_environment_are_for_any_engine() -> None:
    from server.options import settings_from_environment

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRIDCLI_SERVE_MESSAGE_QUEUE", "redis://127.0.0.1:6379")
        environment.setenv("GRIDCLI_SERVE_TICK_FLOOR", "5")
        settings = settings_from_environment("flask")
    assert settings.engine == "flask"
    assert settings.async_mode == ""
    assert settings.message_queue
