"""Several workers behind one port: `gridcli serve --workers N`.

Each is a process and a node of its own that listens on the same address (SO_REUSEPORT); the
supervisor here serves nobody. It starts them, starts those again that die, passes signals on,
and says once where to find them all.
Not here: what a worker runs (`server.worker`), how requests find the right one
(`server.handover`).
"""

import asyncio
import logging
import os
import secrets
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from gridcli.core.errors import SetupError

from .node_id import MAX_NODE, check_node
from .run import bind, url_of
from .settings import Settings
from .worker import encode_orders

log = logging.getLogger("gridcli.workers")

START_S = 20.0
"""How long a worker may take until it listens."""
STOP_S = 12.0
"""How long workers may take to end before they are killed."""
FIRST_PAUSE_S = 0.2
"""Before a worker that died is started again; doubled each time, up to the longest."""
LONGEST_PAUSE_S = 5.0
SETTLED_S = 10.0
"""A worker that lived so long starts anew with the first pause."""

_PACKAGES = str(Path(__file__).resolve().parent.parent)


def run_workers(settings: Settings, count: int) -> None:
    """Serve with so many workers until SIGTERM or SIGINT.

    Args:
        settings: of all of them. `node` is what their names begin with, "w" if empty; without a
            cluster secret they are given a random one.
        count: 1 or more.

    Raises:
        SetupError: this system can't share a port among processes, the address can't be
            listened on, or a worker ended before it ever listened.
    """
    if sys.platform != "linux":
        raise SetupError(
            "--workers needs Linux, which spreads connections over processes; elsewhere start "
            "one server for each port behind nginx (server/deploy/nginx.conf)"
        )
    if settings.port:
        bind(settings.host, settings.port).close()  # other workers would let us share theirs
    # Bound, not listening: the port is ours even while no worker lives.
    with (
        bind(settings.host, settings.port, shared=True) as reserved,
        tempfile.TemporaryDirectory(prefix="gridcli-") as folder,
    ):
        common = replace(
            settings,
            port=reserved.getsockname()[1],
            cluster_secret=settings.cluster_secret or secrets.token_bytes(32),
        )
        workers = [
            Worker(replace(common, node=node), Path(folder))
            for node in worker_names(settings.node, count)
        ]
        asyncio.run(_supervise(workers, f"{url_of(reserved)} with {count} workers"))


def worker_names(node: str, count: int) -> list[str]:
    """The names of the workers of a node: its own, or "w", and a number from 1.

    Raises:
        SetupError: they would be too long.
    """
    names = [f"{node or 'w'}{number}" for number in range(1, count + 1)]
    try:
        return [check_node(name) for name in names]
    except ValueError:
        raise SetupError(
            f"{node!r} and a worker's number are more than {MAX_NODE} characters; "
            "choose a shorter --node"
        ) from None


class Worker:
    """One worker, whichever process it is at the time."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.name = settings.node
        self.listening = asyncio.Event()
        """Set once it has listened for the first time."""
        self._orders = encode_orders(settings, folder)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def keep(self) -> None:
        """Run it, again and again until `stop`.

        Raises:
            SetupError: it ended, or did not listen in time, before it had ever listened.
        """
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started_s = loop.time()
            status = await self._live()
            if self._stopping.is_set():
                return
            ended = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
            if not self.listening.is_set():
                raise SetupError(f"worker {self.name} {ended} before it listened")
            if loop.time() - started_s > SETTLED_S:
                pause_s = FIRST_PAUSE_S
            log.warning("worker %s %s; again in %.1f s", self.name, ended, pause_s)
            try:
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            except TimeoutError:
                pass
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Ask it to end, or with SIGKILL make it; it is not started again."""
        self._stopping.set()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _live(self) -> int:
        """One life, from start to end; its exit status, negative for a signal."""
        path = os.environ.get("PYTHONPATH")
        process = self._process = await asyncio.create_subprocess_exec(
            # The folder where somebody calls us must not hide our packages.
            *(sys.executable, "-P", "-m", "server.worker", self.name),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (_PACKAGES, path)))},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C is for us, and we then tell the workers.
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        if self._stopping.is_set():  # asked for while there was no process to ask
            process.terminate()
        process.stdin.write(self._orders)
        try:
            async with asyncio.timeout(START_S):
                if await process.stdout.readline():
                    self.listening.set()
        except TimeoutError:
            log.warning("worker %s does not listen after %.0f s", self.name, START_S)
            process.kill()
        while await process.stdout.read(65536):
            pass  # nobody reads it, and it must not fill up
        return await process.wait()


async def _supervise(workers: list[Worker], where: str) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    keepers = [asyncio.create_task(worker.keep()) for worker in workers]
    stopped = asyncio.create_task(stop.wait())
    up = asyncio.create_task(_until_all_listen(workers))
    try:
        await asyncio.wait([up, stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            print(f"gridcli serves on {where} (Ctrl-C stops it)", flush=True)
        # A keeper ends by itself only in an error.
        await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
    finally:
        up.cancel()
        stopped.cancel()
        for worker in workers:
            worker.stop()
        _, late = await asyncio.wait(keepers, timeout=STOP_S)
        for worker in workers if late else ():
            worker.stop(signal.SIGKILL)
        ends = await asyncio.gather(*keepers, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end


async def _until_all_listen(workers: list[Worker]) -> None:
    for worker in workers:
        await worker.listening.wait()
