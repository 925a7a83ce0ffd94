"""Analysis processes: one per core, each with its own pipes and folder, replaced when it dies or takes too long.

Nothing is shared between them, so a process may be killed at any instant without holding up another.
"""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.pipeline.child import LENGTH, Welcome, command
from pellucid.pipeline.content import Content, decode
from pellucid.pipeline.examine import Request

READ = 1 << 18
LARGEST_ANSWER = 256 << 20
START_SECONDS = 60.0
GRACE = 5.0
MOST_ITEMS = 20_000


@dataclass(frozen=True)
class Answered:
    """A request was answered; what came out lies in `folder` until the next call of `events`."""

    request: Request
    content: Content
    folder: Path


@dataclass(frozen=True)
class Lost:
    """The process died (CRASH) or was ended for taking too long (TIMEOUT) over `request`; `rest` was not begun."""

    request: Request
    rest: tuple[Request, ...]
    kind: ProblemKind
    message: str


@dataclass
class _Process:
    """One analysis process and what it is doing."""

    popen: subprocess.Popen[bytes]
    folder: Path
    ready: bool = False
    queue: list[Request] = field(default_factory=list)
    buffer: bytearray = field(default_factory=bytearray)
    deadline: float = 0.0
    items: int = 0

    @property
    def stdout(self) -> int:
        assert self.popen.stdout is not None
        return self.popen.stdout.fileno()

    def send(self, message: bytes) -> None:
        assert self.popen.stdin is not None
        # A process that has just died is noticed by its closed stdout.
        with contextlib.suppress(BrokenPipeError):
            self.popen.stdin.write(LENGTH.pack(len(message)) + message)
            self.popen.stdin.flush()


class Pool:
    """Up to `size` processes, started when there is work for them. Use from one thread, and close."""

    def __init__(self, size: int, *, work: Path, readable: Sequence[Path], memory: int, file_size: int) -> None:
        self.size = size
        self._work = work
        self._welcome = Welcome(
            parent=os.getpid(),
            readable=tuple(str(path.resolve()) for path in readable),
            writable="",
            memory=memory,
            file_size=file_size,
        )
        self._processes: dict[int, _Process] = {}
        self._started = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def idle(self) -> bool:
        """Whether another batch can be begun now."""
        return len(self._processes) < self.size or any(not process.queue for process in self._processes.values())

    @property
    def busy(self) -> bool:
        return any(process.queue for process in self._processes.values())

    def submit(self, batch: Sequence[Request]) -> None:
        """Give a batch to an idle process; requests are answered one by one, in order."""
        process = next((process for process in self._processes.values() if not process.queue), None) or self._start()
        process.queue = []
        for number, request in enumerate(batch):
            folder = process.folder / str(number)
            folder.mkdir(exist_ok=True)
            process.queue.append(replace(request, folder=str(folder)))
        process.items += len(batch)
        process.deadline = time.monotonic() + process.queue[0].seconds + (0 if process.ready else START_SECONDS)
        process.send(msgspec.json.encode(process.queue))

    def events(self, timeout: float) -> Iterator[Answered | Lost]:
        """What happened; waits up to `timeout` seconds for the first thing.

        Between two events the caller may `forget` everything: nothing more is told of a process that was ended.
        """
        with selectors.DefaultSelector() as selector:
            for process in self._processes.values():
                if process.queue:
                    selector.register(process.stdout, selectors.EVENT_READ, process)
            ready = [key.data for key, _ in selector.select(timeout)] if selector.get_map() else []
        for process in ready:
            if self._runs(process):
                yield from self._read(process)
        now = time.monotonic()
        for process in list(self._processes.values()):
            if not self._runs(process):
                continue
            if process.queue and now > process.deadline:
                message = f"stopped after {process.queue[0].seconds:.0f} s"
                yield self._lose(process, ProblemKind.TIMEOUT, message)
            elif not process.queue and process.items > MOST_ITEMS:
                self._end(process)

    def forget(self) -> None:
        """End every process that is at work: its answer is not wanted any more."""
        for process in [process for process in self._processes.values() if process.queue]:
            self._end(process)

    def close(self) -> None:
        for process in list(self._processes.values()):
            self._end(process)

    def _start(self) -> _Process:
        folder = self._work / f"process-{self._started}"
        self._started += 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        popen = subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
            command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "MALLOC_ARENA_MAX": "1"}
        )
        process = _Process(popen, folder)
        os.set_blocking(process.stdout, False)
        self._processes[popen.pid] = process
        process.send(msgspec.json.encode(replace(self._welcome, writable=str(folder.resolve()))))
        return process

    def _read(self, process: _Process) -> Iterator[Answered | Lost]:
        ended = False
        while True:
            try:
                piece = os.read(process.stdout, READ)
            except BlockingIOError:
                break
            if not piece:
                ended = True
                break
            process.buffer += piece
        try:
            for message in _messages(process.buffer):
                if not process.ready:
                    process.ready = True
                    continue
                request = process.queue[0]
                answer = Answered(request, _trusted(message, request), Path(request.folder))
                del process.queue[0]
                following = process.queue[0].seconds if process.queue else 0.0
                process.deadline = time.monotonic() + following + GRACE
                yield answer
                if not self._runs(process):
                    return
        except (Malformed, IndexError) as error:
            yield self._lose(process, ProblemKind.CRASH, f"the analysis process gave no usable answer: {error}")
            return
        if ended and process.queue:
            yield self._lose(process, ProblemKind.CRASH, f"the analysis process died ({_reason(process.popen)})")
        elif ended:
            self._end(process)

    def _runs(self, process: _Process) -> bool:
        return process.popen.pid in self._processes

    def _lose(self, process: _Process, kind: ProblemKind, message: str) -> Lost:
        request, *rest = process.queue
        self._end(process)
        return Lost(request, tuple(rest), kind, message)

    def _end(self, process: _Process) -> None:
        self._processes.pop(process.popen.pid, None)
        process.popen.kill()
        process.popen.wait()
        for stream in (process.popen.stdin, process.popen.stdout):
            with contextlib.suppress(BrokenPipeError):
                if stream:
                    stream.close()
        shutil.rmtree(process.folder, ignore_errors=True)


def _messages(buffer: bytearray) -> Iterator[bytes]:
    """Whole messages at the start of `buffer`, taken out of it."""
    while len(buffer) >= LENGTH.size:
        (length,) = LENGTH.unpack_from(buffer)
        if length > LARGEST_ANSWER:
            raise Malformed(f"an answer of {length:,} bytes")
        if len(buffer) < LENGTH.size + length:
            return
        message = bytes(buffer[LENGTH.size : LENGTH.size + length])
        del buffer[: LENGTH.size + length]
        yield message


def _trusted(message: bytes, request: Request) -> Content:
    """The answer as data; it must speak of the bytes that were asked about, and know no hashes of its own."""
    try:
        content = decode(message)
    except msgspec.DecodeError as error:
        raise Malformed(str(error)) from error
    content.sha256, content.size = request.sha256, request.size
    for child in content.children:
        child.sha256 = ""
    return content


def _reason(popen: subprocess.Popen[bytes]) -> str:
    code = popen.wait()
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
