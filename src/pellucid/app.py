"""The composition root: the one module that knows all the others.

`serve` is the embedded platform in one process tree: this process answers requests and keeps its worker processes
alive; each worker keeps its analysis processes. Whichever of them is killed, the ones below it die with it, and what
they were doing is done again.
"""

import fcntl
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import uvicorn

from pellucid import logs
from pellucid.api.application import create_application
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.ids import new_id
from pellucid.errors import ConfigurationError
from pellucid.pipeline import sandbox
from pellucid.pipeline.scratch import Scratch
from pellucid.services.advisories import Advisories
from pellucid.services.analysis_means import budget_of, pool_of
from pellucid.services.blob_cleaning import BlobCleaning
from pellucid.services.identity import Identity
from pellucid.services.scan_jobs import Workshop
from pellucid.services.tokens import Tokens
from pellucid.services.vault import Vault
from pellucid.settings import Settings, read
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.jobs import Jobs
from pellucid.worker.deliveries import deliver_due
from pellucid.worker.loop import run_jobs

log = logging.getLogger(__name__)

PARENT, NUMBER = "PELLUCID_PARENT_PROCESS", "PELLUCID_WORKER_NUMBER"
SUPERVISE_SECONDS = 0.25
STOP_SECONDS = 10.0


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. ConfigurationError when the data directory is in use or the port is taken."""
    logs.configure()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_alone(settings.data_dir))
        database = stack.enter_context(_database(settings))
        upgrade(database)
        blobs = LocalBlobs(settings.data_dir)
        blobs.sweep()
        _first_start(database, settings)
        listening = stack.enter_context(_listen(settings))
        host, port = listening.getsockname()[:2]
        application = create_application(
            settings=settings,
            database=database,
            blobs=blobs,
            tokens=Tokens(settings.data_dir / "keys", settings),
            vault=Vault(settings.data_dir / "keys"),
        )
        stack.enter_context(_workers(settings, database))
        config = uvicorn.Config(
            application,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        print(f"Pellucid is listening on http://{host}:{port} (data in {settings.data_dir})", flush=True)  # noqa: T201  # what the operator waits for
        uvicorn.Server(config).run(sockets=[listening])


def work(settings: Settings, *, number: str = "") -> None:
    """Be a worker until SIGINT or SIGTERM. `number` names the place that this worker takes among its siblings."""
    logs.configure()
    stop = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    owner = f"{_node(settings)}/{number or f'extra-{os.getpid()}'}/"
    folder = settings.data_dir / "work" / (number or f"extra-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    with ExitStack() as stack:
        if not number:
            # Nobody will ever have this name, and clear this folder, again.
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = stack.enter_context(_database(settings))
        upgrade(database)
        blobs = LocalBlobs(settings.data_dir)
        vault = Vault(settings.data_dir / "keys")
        workshop = Workshop(
            database=database,
            settings=settings,
            vault=vault,
            blobs=blobs,
            scratch=partial(_scratch, folder),
            cache=DatabaseCache(database),
            pool=stack.enter_context(pool_of(settings, folder / "processes")),
            budget=budget_of(settings),
            advisories=Advisories(settings).current,
        )
        courier = threading.Thread(target=deliver_due, args=(database, settings, vault, stop), name="deliveries")
        courier.start()
        stack.callback(courier.join)
        stack.callback(stop.set)

        run_jobs(workshop, owner, stop, partial(_clean, database, blobs))


@contextmanager
def _scratch(folder: Path) -> Iterator[Scratch]:
    """A place for what one scan unpacks; its results are in the cache, the bytes are not needed afterwards."""
    unpacked = folder / "artefacts"
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        yield Scratch(unpacked)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _clean(database: Database, blobs: LocalBlobs) -> None:
    """Blobs that nothing refers to any more, such as those of uploads that ended in an error."""
    with database.read() as tx:
        deleted = BlobCleaning(tx, blobs).run()
    if deleted:
        log.info("%d files that nothing refers to were deleted", deleted)


def _first_start(database: Database, settings: Settings) -> None:
    path = settings.data_dir / "credentials.json"
    with database.begin() as tx:
        created = Identity(tx).first_start(path)
    if created:
        print(f"First start: credentials of the administrator and of an API client are in {path}", flush=True)  # noqa: T201  # shown once


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'pellucid.db'}")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: two servers on one would end each other's work."""
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another pellucid is serving {data_dir}: stop it first, or choose another --data-dir"
            raise ConfigurationError(message) from None
        yield


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            message = f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; choose another --port"
            raise ConfigurationError(message) from error
        listening.listen(2048)
        yield listening


@contextmanager
def _workers(settings: Settings, database: Database) -> Iterator[None]:
    """Worker processes, kept alive until the server ends."""
    stop = threading.Event()
    numbers = [str(number) for number in range(settings.workers)]
    thread = threading.Thread(target=_supervise, args=(settings, database, numbers, stop), name="supervisor")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _supervise(settings: Settings, database: Database, numbers: Sequence[str], stop: threading.Event) -> None:
    """Start workers and replace those that die. Runs in one thread throughout: workers die with it."""
    node = _node(settings)
    running: dict[str, subprocess.Popen[bytes]] = {}
    started: dict[str, float] = {}
    while not stop.is_set():
        for number in numbers:
            process = running.get(number)
            if process is not None and process.poll() is None:
                continue
            if process is not None:
                log.warning("worker %s ended (%s): starting it again", number, process.returncode)
                # One that cannot even start must not keep this machine busy.
                stop.wait(max(0.0, 1.0 - (time.monotonic() - started[number])))
            try:
                with database.begin() as tx:
                    Jobs(tx).release(f"{node}/{number}/")
                running[number] = _start_worker(settings, number)
                started[number] = time.monotonic()
            except Exception:
                log.exception("worker %s could not be started: trying again", number)
        stop.wait(SUPERVISE_SECONDS)
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start_worker(settings: Settings, number: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **settings.variables(), PARENT: str(os.getpid()), NUMBER: number}
    command = [sys.executable, "-P", "-m", "pellucid.app"]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603  # this very module


def _node(settings: Settings) -> str:
    """Name of this data directory's workers among those of all machines; made on first use."""
    path = settings.data_dir / "node"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(new_id())
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


if __name__ == "__main__":
    sandbox.die_with_parent(int(os.environ[PARENT]))
    work(read(os.environ), number=os.environ[NUMBER])
