"""The runner: from one file to everything that is in it.

It works on contents, not on places: each content is examined once, whatever number of places has it, and not at
all when the cache knows it. What is found is kept as it comes, so that a scan that is begun again after a crash
finds most of its work done.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec
from msgspec import structs

from pellucid.analysis.output import HOLE
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.progress import Progress, Stage
from pellucid.errors import Malformed
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.cache import ResultCache
from pellucid.pipeline.content import Child, Content
from pellucid.pipeline.messages import Request
from pellucid.pipeline.outcome import Outcome, Source
from pellucid.pipeline.pool import Answered, Lost, Pool
from pellucid.pipeline.reuse import Kept
from pellucid.pipeline.rules_of_scan import LentRules
from pellucid.pipeline.scratch import Extent, Scratch
from pellucid.pipeline.unit_set import Units

ATTEMPTS = 3
# Stands for the hash of the scanned file before it is known.
UNNAMED = ""
SMALL = 256 << 10
BATCH_FILES = 48
BATCH_BYTES = 4 << 20
TICK = 0.25
# What comes out comes in pieces, so the last bytes of a budget are never used.
NEARLY = 1000


class _Wanted(msgspec.Struct):
    """A content that has to be examined; `parent` is one that it comes out of."""

    sha256: str
    size: int
    depth: int
    parent: str
    analyzers: tuple[str, ...] | None = None
    attempts: int = 0


class Runner:
    """One run over one file. `report` is called a few times a second and may raise to stop the run.

    `rules` are those that the scan brings along; `units` know of them (`Units.with_rules`).
    """

    def __init__(
        self,
        *,
        source: Source,
        units: Units,
        pool: Pool,
        cache: ResultCache,
        scratch: Scratch,
        budget: Budget,
        report: Callable[[Progress], None],
        rules: LentRules | None = None,
    ) -> None:
        self._source, self._units, self._pool, self._rules = source, units, pool, rules
        self._kept, self._scratch, self._budget, self._report = Kept(cache, units), scratch, budget, report
        self._outcome = Outcome(source=source)
        self._wanted: dict[str, _Wanted] = {}
        self._pending: deque[str] = deque()
        self._waiting: dict[str, list[str]] = defaultdict(list)
        self._partial: dict[str, Content] = {}
        self._parts = self._bytes_done = self._problems = 0
        self._exhausted = self._spent = False
        self._deadline = time.monotonic() + budget.seconds
        self._reported = 0.0

    def run(self) -> Outcome:
        """Examine everything; raises only what `report` raises."""
        try:
            self._begin()
            while self._pending or self._pool.busy:
                self._feed()
                for event in self._pool.events(TICK):
                    self._handle(event)
                self._check()
            self._tell(force=True)
        finally:
            self._pool.forget()
            self._kept.save()
        return self._outcome

    def _begin(self) -> None:
        """The scanned file itself. Where nothing may be known of it, it is unpacked while it is being hashed."""
        source, whole = self._source, Extent(self._source.path, 0, self._source.size)
        if not self._kept.ever:
            self._scratch.add(UNNAMED, whole)
            self._discover([(UNNAMED, source.size)], depth=0, parent="")
            self._feed()
            if unnamed := self._wanted.pop(UNNAMED, None):
                self._wanted[source.sha256] = structs.replace(unnamed, sha256=source.sha256)
        self._scratch.add(source.sha256, whole)
        self._discover([(source.sha256, source.size)], depth=0, parent="")

    def _feed(self) -> None:
        """Give the processes something to do."""
        cheap = not self._units.analyzers
        while self._pending and self._pool.has_hands((self._wanted[key].size for key in self._pending), cheap=cheap):
            if batch := self._batch():
                self._pool.submit(batch, self._rules)

    def _discover(self, found: Iterable[tuple[str, int]], *, depth: int, parent: str) -> None:
        """Meet contents: take what the cache knows, queue the rest; then the same for what is inside them."""
        level = [(sha256, size, depth, parent) for sha256, size in found]
        while level:
            new = {item[0]: item for item in level if item[0] not in self._wanted}
            level = []
            kept = self._kept.among(new)
            for sha256, size, at, inside in new.values():
                if len(self._wanted) >= self._budget.files or self._exhausted:
                    self._spend(f"more than {self._budget.files:,} artefacts")
                    break
                wanted = self._wanted[sha256] = _Wanted(sha256, size, at, inside)
                known, missing = kept.get(sha256, (None, ()))
                if known is None:
                    self._pending.append(sha256)
                elif missing:
                    wanted.analyzers, self._partial[sha256] = missing, known
                    self._pending.append(sha256)
                else:
                    self._outcome.reused += 1
                    level += self._accept(known)

    def _accept(self, content: Content) -> list[tuple[str, int, int, str]]:
        """Take a finished content; returns what is inside it and how deep."""
        self._outcome.contents[content.sha256] = content
        self._bytes_done += content.size
        self._problems += len(content.problems) + sum(len(unit.problems) for unit in content.units.values())
        depth = self._wanted[content.sha256].depth + 1
        inside = [child for child in content.children if child.sha256]
        if inside and depth > self._budget.depth:
            message = f"nested deeper than {self._budget.depth} levels: what is inside was not looked at"
            self._outcome.problems.append(
                Problem(unit="pipeline", kind=ProblemKind.BUDGET, message=message, artefact=content.sha256)
            )
            return []
        return [(child.sha256, child.entry.size, depth, content.sha256) for child in inside]

    def _batch(self) -> list[tuple[Request, Extent]]:
        """The next requests: one large artefact, or many small ones."""
        share = max(1, min(BATCH_FILES, len(self._pending) // (2 * self._pool.size)))
        batch: list[tuple[Request, Extent]] = []
        limits = structs.replace(self._budget.limits, bytes=min(self._budget.limits.bytes, self._left))
        total = 0
        while self._pending and len(batch) < share:
            wanted = self._wanted[self._pending[0]]
            if batch and (wanted.size > SMALL or total + wanted.size > BATCH_BYTES):
                break
            self._pending.popleft()
            extent = self._locate(wanted)
            if extent is None:
                continue
            total += wanted.size
            request = Request(
                sha256=wanted.sha256,
                size=wanted.size,
                leaf=self._spent,
                analyzers=wanted.analyzers,
                limits=limits,
                seconds=self._budget.unit_seconds,
            )
            batch.append((request, extent))
            if wanted.size > SMALL:
                break
        return batch

    def _locate(self, wanted: _Wanted) -> Extent | None:
        """Where the bytes are; None when their container has to be unpacked again first."""
        if extent := self._scratch.get(wanted.sha256):
            return extent
        self._waiting[wanted.parent].append(wanted.sha256)
        if len(self._waiting[wanted.parent]) == 1 and wanted.parent not in self._pending:
            container = self._wanted[wanted.parent]
            container.analyzers = None
            self._pending.appendleft(container.sha256)
        return None

    def _handle(self, event: Answered | Lost) -> None:
        if event.request.sha256 == UNNAMED:
            event = structs.replace(event, request=structs.replace(event.request, sha256=self._source.sha256))
        if self._exhausted:
            return
        if isinstance(event, Answered):
            content = self._take_in(event)
            self._finish(content, keep=not event.request.leaf)
            return
        self._pending.extendleft(request.sha256 for request in reversed(event.rest))
        wanted = self._wanted[event.request.sha256]
        wanted.attempts += 1
        if event.kind is ProblemKind.CRASH and wanted.attempts < ATTEMPTS:
            self._pending.appendleft(wanted.sha256)
            return
        content = Content(sha256=wanted.sha256, size=wanted.size, identity=self._units.identity, kind="unknown")
        content.problems.append(Problem(unit="pipeline", kind=event.kind, message=event.message))
        self._finish(content)

    def _take_in(self, event: Answered) -> Content:
        """Take over what came out; the hashes are ours, not those of the process that read the bytes."""
        content = event.content
        content.sha256 = event.request.sha256
        try:
            container = self._scratch.get(content.sha256) or Extent(self._source.path, 0, 0)
            on_some = partial(self._meet, self._wanted[content.sha256])
            self._scratch.take_in(event.folder, container, content.children, content.held, on_some)
        except Malformed as error:
            content.problems.append(Problem(unit="pipeline", kind=ProblemKind.CRASH, message=error.message))
            content.children = [child for child in content.children if child.sha256]
        content.held = b""
        self._parts += sum(item.entry.size for item in content.children if item.sha256 and item.entry.inside) // HOLE
        if (known := self._partial.pop(content.sha256, None)) and self._wanted[content.sha256].analyzers is not None:
            known.units |= content.units
            content = known
        content.versions = self._kept.versions
        return content

    def _meet(self, container: _Wanted, children: Sequence[Child]) -> None:
        """Some of what is inside is known: the processes need not wait for the rest."""
        if container.depth < self._budget.depth:
            found = ((child.sha256, child.entry.size) for child in children)
            self._discover(found, depth=container.depth + 1, parent=container.sha256)
            self._feed()

    def _finish(self, content: Content, *, keep: bool = True) -> None:
        sha256 = content.sha256
        if keep:
            self._kept.add(content)
        if sha256 not in self._outcome.contents and (found := self._accept(content)):
            self._discover([item[:2] for item in found], depth=found[0][2], parent=sha256)
        for waiting in self._waiting.pop(sha256, []):
            if waiting in self._scratch:
                self._pending.appendleft(waiting)
                continue
            wanted = self._wanted[waiting]
            lost = Content(sha256=waiting, size=wanted.size, identity=self._units.identity, kind="unknown")
            message = "its container gave other bytes when it was unpacked again"
            lost.problems.append(Problem(unit="pipeline", kind=ProblemKind.CRASH, message=message))
            self._finish(lost)

    @property
    def _left(self) -> int:
        """How many bytes may still come out."""
        return max(self._budget.most_bytes(self._source.size) - self._scratch.written - self._parts, 0)

    def _check(self) -> None:
        self._tell()
        most = self._budget.most_bytes(self._source.size)
        if self._left <= most // NEARLY:
            self._spend(f"the {most:,} bytes that one scan may unpack are used up")
        if time.monotonic() > self._deadline:
            self._exhaust(f"the scan took longer than {self._budget.seconds:.0f} s")
        elif self._budget.reserve and self._scratch.free < self._budget.reserve:
            self._exhaust("the disk is nearly full")

    def _spend(self, why: str) -> None:
        """Take nothing more out; what has come out is still looked at."""
        if not (self._spent or self._exhausted):
            self._spent = True
            message = f"{why}: nothing more is unpacked"
            self._outcome.problems.append(Problem(unit="pipeline", kind=ProblemKind.BUDGET, message=message))

    def _exhaust(self, why: str) -> None:
        """Stop: what is known by now is the result, and it says so."""
        if self._exhausted:
            return
        self._exhausted = True
        self._pending.clear()
        self._waiting.clear()
        self._pool.forget()
        message = f"{why}: the rest was not looked at"
        self._outcome.problems.append(Problem(unit="pipeline", kind=ProblemKind.BUDGET, message=message))

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._reported > TICK:
            self._reported = now
            self._report(
                Progress(
                    stage=Stage.UNPACKING,
                    done=len(self._outcome.contents),
                    known=len(self._wanted),
                    bytes=self._bytes_done,
                    problems=self._problems + len(self._outcome.problems),
                )
            )
