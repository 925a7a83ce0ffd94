"""Analysis processes: one per core, each with its own socket, pipe and folder, replaced when it dies or is late.

Nothing is shared between them, so a process may be killed at any instant without holding up another.
"""

import contextlib
import itertools
import os
import shutil
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import structs

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.pipeline import user
from pellucid.pipeline.answers import answering, trusted, whole_messages
from pellucid.pipeline.content import Content
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import UNPACKING, Request, Welcome
from pellucid.pipeline.process import Process
from pellucid.pipeline.rules_of_scan import LentRules
from pellucid.pipeline.sandbox import Layers
from pellucid.pipeline.scratch import Extent

READ = 1 << 18
ENOUGH = 8
MUCH, MANY = 8 << 20, 500
PAUSE = 0.002
START_SECONDS = 60.0
GRACE = 5.0
MOST_ITEMS = 20_000


class Answered(msgspec.Struct, frozen=True):
    """A request was answered; what came out lies in `folder` until the next call of `events`."""

    request: Request
    content: Content
    folder: Path


class Lost(msgspec.Struct, frozen=True):
    """The process died (CRASH) or was ended for taking too long (TIMEOUT) over `request`; `rest` was not begun."""

    request: Request
    rest: tuple[Request, ...]
    kind: ProblemKind
    message: str


class Pool:
    """Up to `size` processes, started when there is work for them. Use from one thread, and close.

    They work in folders of their own below `work`. `server` is one that was started early, and has been welcomed: the
    pool ends it.
    """

    def __init__(
        self,
        size: int,
        *,
        work: Path,
        welcome: Welcome,
        server: ForkServer | None = None,
    ) -> None:
        self.size = size
        self._work = work
        self._welcome = welcome
        self._processes: dict[int, Process] = {}
        self._ending: deque[Process] = deque()
        self._started = 0
        self._server, self._ready = server, False

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has_hands(self, sizes: Iterable[int], *, cheap: bool) -> bool:
        """Whether a process can take another batch of what waits; `sizes` in bytes.

        Starting another costs about as much as 8 MiB do: for less, none is. Where nothing is analysed, most is `cheap`.
        """
        if not self._processes or any(not process.queue for process in self._processes.values()):
            return True
        if len(self._processes) >= self.size:
            return False
        times = 8 if cheap else 1
        some = list(itertools.islice(sizes, MANY * times))
        return len(some) == MANY * times or sum(some) > MUCH * times

    @property
    def busy(self) -> bool:
        return any(process.queue for process in self._processes.values())

    def submit(self, batch: Sequence[tuple[Request, Extent]], rules: LentRules | None = None) -> None:
        """Give a batch to an idle process; requests are answered one by one, in order.

        It gets the files open for reading: it could not open them itself. So it gets the `rules` of the scan.
        """
        # The larger it is, the more comes out of it for others to look at.
        much = sum(request.size for request, _ in batch) > MUCH
        process = self._idle() or self._start(more=much)
        files = {extent.path: number for number, extent in enumerate({item.path: item for _, item in batch}.values())}
        at_rules, ruleset = (len(files), rules.ruleset) if rules else (-1, "")
        process.queue = [
            structs.replace(
                request,
                file=files[extent.path],
                at=extent.at,
                folder=self._folder(process, number).name,
                rules=at_rules,
                ruleset=ruleset,
            )
            for number, (request, extent) in enumerate(batch)
        ]
        process.items += len(batch)
        process.deadline = (
            time.monotonic() + process.queue[0].seconds + (START_SECONDS if process.layers is None else 0)
        )
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(path.open("rb")).fileno() for path in files]
            opened += [rules.descriptor] if rules else []
            process.send(msgspec.json.encode(process.queue), opened)

    def layers(self) -> Layers:
        """What confines an analysis process here, found by starting one; empty when it does not start."""
        process = next(iter(self._processes.values()), None) or self._start()
        deadline = time.monotonic() + START_SECONDS
        while process.layers is None and self._runs(process) and time.monotonic() < deadline:
            if answering((process.answers,), 1.0):
                for _ in self._read(process):
                    pass
        return process.layers or {}

    def _idle(self) -> Process | None:
        """A process that has nothing to do. An early one is left: the next will not have to load what it has not."""
        process = next((item for item in self._processes.values() if not item.queue), None)
        if process and process.early:
            self._ask_end(process)
            del self._processes[process.number]
            return None
        return process

    def _folder(self, process: Process, number: int) -> Path:
        """A folder for one answer; the process, which works in its own, knows it by its name."""
        if number == len(process.folders):
            folder = process.folder / str(number)
            user.give(folder)
            process.folders.append(folder)
        return process.folders[number]

    def events(self, timeout: float) -> Iterator[Answered | Lost]:
        """What happened; waits up to `timeout` seconds for the first thing.

        Between two events the caller may `forget` everything: nothing more is told of a process that was ended.
        """
        asked = {process.answers: process for process in self._processes.values() if process.queue}
        if asked and all(len(process.queue) > ENOUGH for process in asked.values()):
            # All have something to do meanwhile: what they say is heard in one go.
            time.sleep(PAUSE)
        for process in [asked[descriptor] for descriptor in answering(asked, timeout)]:
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

    def release(self) -> None:
        """Let the processes go, without waiting for their end: nothing is asked any more."""
        for process in self._processes.values():
            self._ask_end(process)

    def close(self) -> None:
        self.release()
        for process in list(self._ending):
            self._end(process)
        if self._server:
            self._server.close()
            self._server = None

    def _start(self, *, more: bool = False) -> Process:
        if self._server is None or not self._server.runs:
            if self._server:
                self._server.close()
                while self._ending:
                    self._gone(self._ending.popleft())
            self._server, self._ready = ForkServer(), False
            self._server.welcome(self._welcome)
        self._started += 1
        folder = self._work / f"process-{self._started}"
        shutil.rmtree(folder, ignore_errors=True)
        self._work.mkdir(parents=True, exist_ok=True)
        user.give(folder)
        process = Process(self._started, *self._server.start(self._started, folder.resolve(), more=more), folder)
        # Then the server gets ready for others; who only unpacks needs little of that.
        process.early = more and not self._ready and self._welcome.units != UNPACKING
        self._ready |= more
        self._processes[process.number] = process
        return process

    def _read(self, process: Process) -> Iterator[Answered | Lost]:
        ended = False
        while True:
            try:
                piece = os.read(process.answers, READ)
            except BlockingIOError:
                break
            if not piece:
                ended = True
                break
            process.buffer += piece
            if len(piece) < READ:
                break
        try:
            for message in whole_messages(process.buffer):
                if process.layers is None:
                    process.layers = msgspec.json.decode(message, type=dict[str, str])
                    continue
                request = process.queue[0]
                answer = Answered(request, trusted(message, request), process.folders[int(request.folder)])
                del process.queue[0]
                following = process.queue[0].seconds if process.queue else 0.0
                process.deadline = time.monotonic() + following + GRACE
                yield answer
                if not self._runs(process):
                    return
        except (Malformed, IndexError, msgspec.DecodeError) as error:
            yield self._lose(process, ProblemKind.CRASH, f"the analysis process gave no usable answer: {error}")
            return
        if ended:
            code = self._end(process)
            if process.queue:
                yield _died(process, code)

    def _runs(self, process: Process) -> bool:
        return process.number in self._processes

    def _lose(self, process: Process, kind: ProblemKind, message: str) -> Lost:
        request, *rest = process.queue
        self._end(process)
        return Lost(request, tuple(rest), kind, message)

    def _ask_end(self, process: Process) -> None:
        if self._server and process not in self._ending:
            self._server.ask_end(process.number)
            self._ending.append(process)

    def _end(self, process: Process) -> int | None:
        """How it ended; None when that is not known."""
        self._ask_end(process)
        code = None
        while process in self._ending:
            # The server tells of them in the order in which it was asked.
            code = self._server.ended() if self._server else None
            self._gone(self._ending.popleft())
        return code

    def _gone(self, process: Process) -> None:
        self._processes.pop(process.number, None)
        process.socket.close()
        os.close(process.answers)
        shutil.rmtree(process.folder, ignore_errors=True)


def _died(process: Process, code: int | None) -> Lost:
    """What to say of a process that ended by itself."""
    request, *rest = process.queue
    if code == -signal.SIGXCPU:
        return Lost(request, tuple(rest), ProblemKind.TIMEOUT, "stopped: it took too much processor time")
    reason = (
        "with its fork server" if code is None else f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    )
    return Lost(request, tuple(rest), ProblemKind.CRASH, f"the analysis process died ({reason})")
