"""Message brokers of a test's own: real processes on loopback, that it may stop and start.

Each has its files in a temp folder and its port for good, so that it can be started again where
clients expect it. RabbitMQ gets a port mapper of its own too. Not here: what a machine without
these programs means (`needs`), the fixtures (`server/conftest.py`).
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from needs import missing, need_binary
from servers import STOP_S
from waiting import until_sync

RABBITMQ_START_S = 90.0
_MORE_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


def _states(pid: int) -> Iterator[str]:
    """The state of each thread of a process, as the kernel names it."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield (task / "stat").read_text().rpartition(")")[2].split()[0]


class Broker:
    """A broker's process, which `stop` and `start` end and bring back at the same place.

    Args:
        url: where clients reach it.
        launch: starts the process.
        ready: whether it answers.
        start_s: how long that may take.
    """

    def __init__(
        self,
        url: str,
        launch: Callable[[], "subprocess.Popen[bytes]"],
        ready: Callable[[], bool],
        log: Path,
        start_s: float,
    ) -> None:
        self.url = url
        self._launch = launch
        self._ready = ready
        self._log = log
        self._start_s = start_s
        self.process: subprocess.Popen[bytes]
        self.start()

    @property
    def pid(self) -> int:
        """The process that serves, for signals."""
        return self.process.pid

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold it still meanwhile, from when its last thread has stopped: the signal alone is
        sent, and a thread may answer somebody yet."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            until_sync(lambda: set(_states(self.pid)) == {"T"}, "the broker to stand still")
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def start(self) -> None:
        """Start it, and return once it answers."""
        self.process = self._launch()
        try:
            until_sync(self._up, f"a broker at {self.url}", self._start_s)
        except BaseException as error:
            self.stop()
            error.add_note(self._log.read_text(errors="replace")[-2000:])
            raise

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal, by force if it takes too long, and return once it is gone."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)  # it may have been stopped for a fault
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def _up(self) -> bool:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        return self._ready()


class RabbitMQ(Broker):
    """A RabbitMQ node; `control` runs rabbitmqctl against it."""

    env: dict[str, str]
    tls_url: str
    """Where it speaks TLS, if it was given a certificate."""

    def control(self, *args: str) -> str:
        """Run rabbitmqctl with these arguments, and return what it prints."""
        command = [_rabbitmq("rabbitmqctl"), "--quiet", "-n", self.env["RABBITMQ_NODENAME"], *args]
        ran = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, f"{' '.join(args)}: {ran.stdout}{ran.stderr}"
        return ran.stdout


@contextmanager
def private_redis(*args: str) -> Iterator[Broker]:
    """A Redis that keeps nothing, with these options; TLS options need `--tls-port` as well."""
    program = need_binary("redis-server")
    with tempfile.TemporaryDirectory(prefix="gridcli-redis-") as folder:
        port = free_port()
        log = Path(folder, "log")
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", *args]
        broker = Broker(
            f"redis://127.0.0.1:{port}/0",
            lambda: _popen(command, log, dict(os.environ)),
            lambda: listens(port),
            log,
            STOP_S,
        )
        try:
            yield broker
        finally:
            broker.stop()


@contextmanager
def private_rabbitmq(certificate: Path | None = None) -> Iterator[RabbitMQ]:
    """A RabbitMQ node without plugins on one thread; guest may do all on the virtual host /.

    Args:
        certificate: a folder with `cert.pem` and `key.pem`, for TLS on a port of its own.
    """
    server, mapper = _rabbitmq("rabbitmq-server"), need_binary("epmd")
    with tempfile.TemporaryDirectory(prefix="gridcli-rabbitmq-") as folder:
        port, mapper_port, node_port = free_port(), free_port(), free_port()
        home, log = Path(folder), Path(folder, "log")
        (home / "plugins").write_text("[].")
        tls_port = free_port()
        config = "# nothing\n" if certificate is None else _tls_config(certificate, tls_port)
        (home / "rabbitmq.conf").write_text(config)
        env = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ} | {
            "HOME": folder,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"gridcli{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(node_port),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "logs"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +A 2 +sbwt none"
            " -kernel inet_dist_use_interface {127,0,0,1}",
            # So that the script becomes the node and does not stay as its parent.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
        mapping = _popen([mapper, "-port", str(mapper_port), "-address", "127.0.0.1"], log, env)
        try:
            until_sync(lambda: listens(mapper_port), "the port mapper")
            broker = RabbitMQ(
                f"amqp://guest:guest@127.0.0.1:{port}/",
                lambda: _popen([server], log, env),
                lambda: listens(port),
                log,
                RABBITMQ_START_S,
            )
            broker.env = env
            broker.tls_url = f"amqps://guest:guest@127.0.0.1:{tls_port}/"
            try:
                yield broker
            finally:
                broker.stop(signal.SIGKILL)  # nothing of it is to be kept
        finally:
            mapping.kill()
            mapping.wait()


def free_port() -> int:
    """A port of loopback that nobody has now, and that the system gives to nobody of its own."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def listens(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _rabbitmq(name: str) -> str:
    # Debian's command of that name becomes another user first, or refuses.
    path = shutil.which(name, path=os.pathsep.join(_MORE_PLACES)) or shutil.which(name)
    return path or missing(f"the program {name!r}")


def _tls_config(certificate: Path, port: int) -> str:
    return "".join(
        f"{key} = {value}\n"
        for key, value in {
            "listeners.ssl.default": f"127.0.0.1:{port}",
            "ssl_options.cacertfile": certificate / "cert.pem",
            "ssl_options.certfile": certificate / "cert.pem",
            "ssl_options.keyfile": certificate / "key.pem",
            "ssl_options.verify": "verify_none",
            "ssl_options.fail_if_no_peer_cert": "false",
        }.items()
    )


def _popen(command: list[str], log: Path, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
