"""Analysis processes, and the fork server that they come from.

The server runs `main` with a socket as its stdin, by which it gets orders: a message is a length (4 bytes, big endian)
and JSON. It prepares what all need, reads nothing hostile, and forks. With the order
for a process come a socket, by which that gets requests and the open files that they speak of, and a pipe for its
answers. These come from a process that has read hostile bytes: the other side decodes them as data, never as objects.
"""

import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import msgspec

from pellucid import logs
from pellucid.analysis import derived
from pellucid.analysis.analyzer import Stage
from pellucid.pipeline import late_imports, rehearsal, sandbox
from pellucid.pipeline.content import encode
from pellucid.pipeline.examine import examine, mapped
from pellucid.pipeline.messages import LENGTH, STATUS, Order, Request, Welcome
from pellucid.pipeline.rules_of_scan import RulesOfScan
from pellucid.pipeline.unit_set import Units

MOST_FILES = 64
STOP = object()
# Options of mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


def main() -> None:
    """Prepare, then start and end processes as ordered until the socket is closed."""
    logs.configure()
    _keep_memory()
    # Ctrl-C goes to every process of a terminal; the one that asks decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever a library prints is not a document.
    os.dup2(2, 1)
    control = socket.socket(fileno=0)
    first, _ = _read(control)
    if first is None:
        return
    welcome = msgspec.json.decode(first, type=Welcome)
    sandbox.die_with_parent(welcome.parent)
    units = _prepared(welcome)
    late_imports.prepare(_stages(units))
    # What is there now is there for good: a collection in a process would only make copies of it.
    gc.freeze()
    # Facts are made by the thousand and hold no cycles: looking for them again and again costs a tenth of the time.
    gc.set_threshold(100_000, 20, 100)
    gc.enable()
    _serve(control, welcome, units)


def _keep_memory() -> None:
    """Have the C library use memory again that was given back: by default the kernel clears it each time.

    One arena does: what is large is asked for by one thread.
    """
    with suppress(AttributeError):  # of another C library
        options = ctypes.CDLL(None).mallopt
        for name, value in ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 64 << 20), (M_ARENA_MAX, 1)):
            options(name, value)


def _serve(control: socket.socket, welcome: Welcome, units: Units) -> None:
    orders = msgspec.json.Decoder(Order)
    started: dict[int, int] = {}
    rehearsed, bytecode = rehearsal.steps(units), late_imports.bytecode(_stages(units))
    idle: Iterator[None] = iter(())
    while True:
        # While the first process is at its container: the others, and those of later scans, will have it from here.
        while not _is_asked(control) and next(idle, STOP) is not STOP:
            pass
        message, files = _read(control)
        if message is None:
            return
        order = orders.decode(message)
        if order.folder:
            idle = chain(rehearsed, bytecode) if order.more else bytecode
            started[order.number] = _fork(control, files, Path(order.folder), welcome, units)
        else:
            control.sendall(STATUS.pack(_ended(started.pop(order.number, 0))))
        for descriptor in files:
            os.close(descriptor)


def _stages(units: Units) -> set[Stage]:
    return {unit.stage for unit in units.analyzers}


def _is_asked(control: socket.socket) -> bool:
    return bool(select.select((control,), (), (), 0)[0])


def _ended(pid: int) -> int:
    """Its exit code, or the negative number of the signal that ended it; it is killed if it still runs."""
    if not pid:
        # It came from another server, and has died with that.
        return -signal.SIGKILL
    # Nobody else waits for it, so the number is still its own.
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork(control: socket.socket, files: Sequence[int], folder: Path, welcome: Welcome, units: Units) -> int:
    """Start a process that enters the sandbox and answers requests; returns its number here."""
    server = os.getpid()
    if pid := os.fork():
        return pid
    code = 1
    try:
        # Its own socket takes the place of the one by which orders come: of that, nothing is left.
        os.dup2(files[0], control.fileno())
        os.close(files[0])
        layers = sandbox.enter(folder, parent=server, memory=welcome.memory, file_size=welcome.file_size)
        _write(files[1], msgspec.json.encode(layers))
        _answer(control, files[1], units)
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it is, nothing of the server's own may run here
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _answer(source: socket.socket, sink: int, units: Units) -> None:
    """Answer requests until the socket is closed."""
    requests = msgspec.json.Decoder(list[Request])
    rules = RulesOfScan()
    while True:
        message, files = _read(source)
        if message is None:
            return
        try:
            for request in requests.decode(message):
                sandbox.allow_seconds(request.seconds)
                with mapped(files[request.file], request.at, request.size) as data:
                    content = examine(request, data, units, rules.of(request, files))
                _write(sink, encode(content))
        finally:
            for descriptor in files:
                os.close(descriptor)


def _prepared(welcome: Welcome) -> Units:
    """The units, and what they search for; later the disk may not be read freely."""
    # Without Landlock, what is written here could be written over by a process of the same user that was taken over.
    kept_out = os.geteuid() == 0 or not sandbox.capabilities()["landlock"]
    derived.use(Path(welcome.cache) if welcome.cache and kept_out else None)
    module, _, attribute = welcome.units.partition(":")
    units: Units = getattr(importlib.import_module(module), attribute)
    _ = units.patterns, units.versions
    rehearsal.tables(units)
    derived.use(None)
    return units


def _read(source: socket.socket) -> tuple[bytes | None, list[int]]:
    """The next message and the files that come with it; None when there will be no more."""
    # The files are attached to the first byte.
    head, files, _, _ = socket.recv_fds(source, LENGTH.size, MOST_FILES)
    head += _exactly(source, LENGTH.size - len(head)) if head else b""
    if len(head) < LENGTH.size:
        return None, files
    (length,) = LENGTH.unpack(head)
    message = _exactly(source, length)
    return (message if len(message) == length else None), files


def _exactly(source: socket.socket, length: int) -> bytes:
    """That many bytes; fewer when the other side has gone."""
    parts = []
    while length:
        part = source.recv(min(length, 1 << 20))
        if not part:
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _write(sink: int, message: bytes) -> None:
    view = memoryview(LENGTH.pack(len(message)) + message)
    while view:
        view = view[os.write(sink, view) :]
