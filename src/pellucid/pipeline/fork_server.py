"""The fork server as the pool sees it: a process that imports once what analysis processes need, and forks them.

It gets ready while its user does, so start it early. It takes orders from its user alone, and reads nothing else.
"""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec

from pellucid.pipeline.messages import LENGTH, STATUS, Order, Welcome

END_SECONDS = 60.0
# What is imported is there to stay: looking for garbage in it meanwhile takes a tenth of the time.
PROGRAM = "import gc; gc.disable(); from pellucid.pipeline.child import main; main()"


class ForkServer:
    """Use from one thread, and close: its processes end with it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(END_SECONDS)
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
                # -P: what lies in the folder that somebody happens to be in is not ours to import.
                (sys.executable, "-P", "-c", PROGRAM),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                # What numpy computes with would start a thread for each processor, in every process.
                env={**os.environ, "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"},
            )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def runs(self) -> bool:
        return self._popen.poll() is None

    def welcome(self, welcome: Welcome) -> None:
        """Say, once and first, what its processes are to be."""
        self._send(msgspec.json.encode(welcome))

    def start(self, number: int, folder: Path) -> tuple[socket.socket, int]:
        """Have process `number` started, which writes to `folder`: a socket for requests, a descriptor of answers."""
        ours, theirs = socket.socketpair()
        answers, sink = os.pipe()
        try:
            with theirs:
                self._send(msgspec.json.encode(Order(number, str(folder))), (theirs.fileno(), sink))
        finally:
            os.close(sink)
        os.set_blocking(answers, False)
        return ours, answers

    def end(self, number: int) -> int | None:
        """Kill that process if it still runs; its exit code, or the negative number of the signal that ended it.

        None when the server itself has died, and all of its processes with it.
        """
        self._send(msgspec.json.encode(Order(number)))
        try:
            answer = self._control.recv(STATUS.size, socket.MSG_WAITALL)
        except OSError:
            answer = b""
        if len(answer) == STATUS.size:
            return int(STATUS.unpack(answer)[0])
        self.close()
        return None

    def close(self) -> None:
        """End it, and with it whatever it has started."""
        self._popen.kill()
        self._popen.wait()
        self._control.close()

    def _send(self, message: bytes, files: tuple[int, ...] = ()) -> None:
        # One that has died is noticed by what it has started: that is closed.
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [LENGTH.pack(len(message)) + message], files)
