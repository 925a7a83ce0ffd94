"""The fork server as the pool sees it: a process that imports once what analysis processes need, and forks them.

It gets ready while its user does, so start it early. It takes orders from its user alone, and reads nothing else.
"""

import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from pellucid.pipeline.messages import LENGTH, STATUS, Order, Welcome

END_SECONDS = 60.0
# What is imported is there to stay: looking for garbage in it meanwhile takes a tenth of the time.
CHILD = "pellucid.pipeline.child"
PROGRAM = "import gc; gc.disable(); from pellucid.pipeline.child import main; main()"
# What numpy computes with would start a thread for each processor, in every process.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}


class _Process(Protocol):
    """A process that was started, as `subprocess` has it."""

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self) -> int: ...


class ForkServer:
    """Use from one thread, and close: its processes end with it.

    It is a program of its own. With `copy_for`, the name of the units that its processes will run, it is a copy of the
    program that asks: for one of a moment, which has not got a secret yet, and would import half of the same itself.
    """

    def __init__(self, *, copy_for: str = "") -> None:
        if copy_for:
            # Here, so that it is done once.
            for name in (CHILD, copy_for.partition(":")[0]):
                importlib.import_module(name)
        self._control, theirs = socket.socketpair()
        self._control.settimeout(END_SECONDS)
        with theirs:
            # A lock that another thread holds would stay locked in a copy.
            copied = copy_for and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  # pathlib need not be known
            self._process = _copied(theirs) if copied else _started(theirs)

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def welcome(self, welcome: Welcome) -> None:
        """Say, once and first, what its processes are to be."""
        self._send(msgspec.json.encode(welcome))

    def start(self, number: int, folder: Path, *, more: bool = False) -> tuple[socket.socket, int]:
        """Have process `number` started, which writes to `folder`: a socket for requests, a descriptor of answers.

        With `more`, the server gets ready to start others, too.
        """
        ours, theirs = socket.socketpair()
        answers, sink = os.pipe()
        try:
            with theirs:
                self._send(msgspec.json.encode(Order(number, str(folder), more)), (theirs.fileno(), sink))
        finally:
            os.close(sink)
        os.set_blocking(answers, False)
        return ours, answers

    def ask_end(self, number: int) -> None:
        """Have that process killed if it still runs; `ended` tells of those asked for, in their order."""
        self._send(msgspec.json.encode(Order(number)))

    def ended(self) -> int | None:
        """The exit code of a process, or the negative number of the signal that ended it; waits for its end.

        None when the server itself has died, and all of its processes with it.
        """
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
        self._process.kill()
        self._process.wait()
        self._control.close()

    def _send(self, message: bytes, files: tuple[int, ...] = ()) -> None:
        # One that has died is noticed by what it has started: that is closed.
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [LENGTH.pack(len(message)) + message], files)


def _started(control: socket.socket) -> _Process:
    return subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
        # -P: what lies in the folder that somebody happens to be in is not ours to import.
        (sys.executable, "-P", "-c", PROGRAM),
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        env={**os.environ, **ENVIRONMENT},
    )


class _Copy:
    """A process that was forked."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._waited(os.WNOHANG)

    def kill(self) -> None:
        # One that has not been waited for still has its number.
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        return self._waited(0) or 0

    def _waited(self, how: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self._pid, how)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


def _copied(control: socket.socket) -> _Process:
    """This process once more, with nothing open but what the program would have."""
    if pid := os.fork():
        return _Copy(pid)
    code = 1
    try:
        os.environ.update(ENVIRONMENT)
        os.dup2(control.fileno(), 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        importlib.import_module(CHILD).main()
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it is, the rest is not for a copy to run
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
