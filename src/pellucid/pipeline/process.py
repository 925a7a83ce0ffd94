"""An analysis process as the pool sees it."""

import contextlib
import socket
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pellucid.pipeline.messages import LENGTH, Request
from pellucid.pipeline.sandbox import Layers


class Process(msgspec.Struct, eq=False):
    """One analysis process and what it is doing; an `early` one was started before its server had got ready."""

    number: int
    socket: socket.socket
    answers: int
    folder: Path
    layers: Layers | None = None
    queue: list[Request] = msgspec.field(default_factory=list)
    buffer: bytearray = msgspec.field(default_factory=bytearray)
    deadline: float = 0.0
    items: int = 0
    folders: list[Path] = msgspec.field(default_factory=list)
    early: bool = False

    def send(self, message: bytes, files: Sequence[int] = ()) -> None:
        framed = LENGTH.pack(len(message)) + message
        # A process that has just died is noticed by its answers: they are closed.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sent = socket.send_fds(self.socket, [framed], files)
            self.socket.sendall(framed[sent:])
