"""The analysis process: reads requests from stdin, examines, answers on stdout.

Run as `python -m pellucid.pipeline.child`. Messages are a length (4 bytes, big endian) and JSON. The answers come
from a process that has read hostile bytes: the other side decodes them as data, never as objects.
"""

import os
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pellucid import logs
from pellucid.pipeline import sandbox
from pellucid.pipeline.content import encode
from pellucid.pipeline.examine import Request, examine
from pellucid.pipeline.units import UNITS

LENGTH = struct.Struct(">I")


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """First message to a new process: where it may read and write, what it may use."""

    parent: int
    readable: tuple[str, ...]
    writable: str
    memory: int
    file_size: int


def main() -> None:
    """Enter the sandbox, then answer requests until stdin ends."""
    logs.configure()
    # Ctrl-C goes to every process of a terminal; the one that asks decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, os.dup(1)
    # Whatever a library prints must not get between the messages.
    os.dup2(2, 1)
    first = _read(source)
    if first is None:
        return
    welcome = msgspec.json.decode(first, type=Welcome)
    sandbox.die_with_parent(welcome.parent)
    _warm_up()
    sandbox.enter(
        readable=[Path(path) for path in welcome.readable],
        writable=Path(welcome.writable),
        memory=welcome.memory,
        file_size=welcome.file_size,
    )
    _write(sink, b"ready")
    requests = msgspec.json.Decoder(list[Request])
    while (message := _read(source)) is not None:
        for request in requests.decode(message):
            _write(sink, encode(examine(request, UNITS)))


def _warm_up() -> None:
    """Load what units load late, while the disk may still be read freely."""
    from pellucid.pipeline.patterns import compiled  # noqa: PLC0415  # compiling is start-up work of this process only

    compiled(UNITS.wanted_literals)
    compiled(UNITS.wanted_literals | UNITS.magic_literals)


def _read(source: object) -> bytes | None:
    read = source.read  # type: ignore[attr-defined]  # a binary stream
    head = read(LENGTH.size)
    return read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _write(sink: int, message: bytes) -> None:
    view = memoryview(LENGTH.pack(len(message)) + message)
    while view:
        view = view[os.write(sink, view) :]


def command() -> Sequence[str]:
    """How to start this module."""
    return (sys.executable, "-m", "pellucid.pipeline.child")


if __name__ == "__main__":
    main()
