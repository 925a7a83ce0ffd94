"""The analysis process: reads requests from a socket, examines, answers on stdout.

Run as `python -m pellucid.pipeline.child` with the socket as its stdin. Messages are a length (4 bytes, big endian)
and JSON; with the requests come the open files that they speak of. The answers come from a process that has read
hostile bytes: the other side decodes them as data, never as objects.
"""

import gc
import importlib
import os
import signal
import socket
from pathlib import Path

import msgspec

from pellucid import logs
from pellucid.analysis import derived
from pellucid.pipeline import late_imports, sandbox
from pellucid.pipeline.content import encode
from pellucid.pipeline.examine import examine, mapped
from pellucid.pipeline.messages import LENGTH, Request, Welcome
from pellucid.pipeline.unit_set import Units

MOST_FILES = 64


def main() -> None:
    """Enter the sandbox, then answer requests until the socket is closed."""
    # Facts are made by the thousand and hold no cycles: looking for them again and again costs a tenth of the time.
    gc.set_threshold(100_000, 20, 100)
    logs.configure()
    # Ctrl-C goes to every process of a terminal; the one that asks decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = socket.socket(fileno=0), os.dup(1)
    # Whatever a library prints must not get between the messages.
    os.dup2(2, 1)
    first, _ = _read(source)
    if first is None:
        return
    welcome = msgspec.json.decode(first, type=Welcome)
    units = _prepared(welcome)
    late_imports.prepare(analyse=bool(units.analyzers))
    layers = sandbox.enter(
        Path(welcome.folder), parent=welcome.parent, memory=welcome.memory, file_size=welcome.file_size
    )
    _write(sink, msgspec.json.encode(layers))
    requests = msgspec.json.Decoder(list[Request])
    while True:
        message, files = _read(source)
        if message is None:
            return
        try:
            for request in requests.decode(message):
                sandbox.allow_seconds(request.seconds)
                with mapped(files[request.file], request.at, request.size) as data:
                    content = examine(request, data, units)
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
    for unit in units.analyzers:
        if unit.data:
            unit.data()
    _ = units.patterns
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


if __name__ == "__main__":
    main()
