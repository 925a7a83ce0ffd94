"""Where an extractor puts what comes out: numbered files in a folder, names kept as data.

No name from an image ever becomes a path here, so there is nothing to traverse.
"""

import os
import time
from collections.abc import Iterable, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pellucid.analysis.limits import Limits
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded, Encrypted, Malformed, MissingLibrary, Truncated, Unsupported

MOST_PROBLEMS = 100
MOST_FACTS = 1000
LONGEST_FACT = 500
KINDS = {
    Truncated: ProblemKind.TRUNCATED,
    Encrypted: ProblemKind.ENCRYPTED,
    Unsupported: ProblemKind.UNSUPPORTED,
    MissingLibrary: ProblemKind.MISSING,
}


class Output:
    """Collects entries, metadata and problems of one extraction; files go to `folder`/0, `folder`/1, …

    Every method raises BudgetExceeded when a limit is reached; what was put before stays.
    """

    def __init__(self, folder: Path, *, unit: str, source_size: int, limits: Limits) -> None:
        self._folder = folder
        self._unit = unit
        self._limits = limits
        self._most_bytes = min(limits.bytes, max(limits.ratio_floor, source_size * limits.ratio))
        self._written = 0
        self._files = 0
        self._deadline = time.monotonic() + limits.seconds
        self.entries: list[Entry] = []
        self.metadata: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.ended_at: int | None = None

    def file(
        self,
        name: str | bytes,
        chunks: Iterable[bytes | memoryview],
        *,
        mode: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
        mtime: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> int:
        """Store a regular file and return its size in bytes.

        When `chunks` raises Malformed, what came until then is kept and the failure becomes a problem of this file.
        """
        clean = self._count(name)
        number = self._files
        self._files += 1
        size = 0
        descriptor = os.open(self._folder / str(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            for chunk in chunks:
                self._spend(len(chunk))
                size += _write(descriptor, chunk)
        except Malformed as error:
            self.failure(error, clean)
        finally:
            os.close(descriptor)
            self.entries.append(
                Entry(
                    name=clean,
                    size=size,
                    stored=number,
                    mode=mode,
                    uid=uid,
                    gid=gid,
                    mtime=mtime,
                    facts=_bounded(facts),
                )
            )
        return size

    def scratch(self, chunks: Iterable[bytes | memoryview]) -> bytes | mmap:
        """Keep `chunks` in a file without a name and map it: for what is read at random once it is unpacked.

        Its bytes count as if they came out. When `chunks` raises Malformed, that is a problem, and what came until
        then is mapped.
        """
        path = self._folder / "scratch"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            path.unlink()
            size = 0
            try:
                for chunk in chunks:
                    self._spend(len(chunk))
                    size += _write(descriptor, chunk)
            except Malformed as error:
                self.failure(error)
            return mmap(descriptor, size, access=ACCESS_READ) if size else b""
        finally:
            os.close(descriptor)

    def other(
        self,
        kind: EntryKind,
        name: str | bytes,
        *,
        target: str | bytes = "",
        mode: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
        mtime: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Record a directory, link, device, fifo or socket: facts, nothing is created."""
        clean = self._count(name)
        shown = _text(target)[: self._limits.name_length]
        self.entries.append(
            Entry(
                name=clean,
                kind=kind,
                target=shown,
                mode=mode,
                uid=uid,
                gid=gid,
                mtime=mtime,
                facts=_bounded(facts),
            )
        )

    def fact(self, name: str, value: str | int) -> None:
        """Record a header field worth showing, such as a uImage's load address; the first thousand are kept."""
        if name in self.metadata or len(self.metadata) < MOST_FACTS:
            self.metadata[name[:200]] = str(value)[:LONGEST_FACT]

    def end(self, offset: int) -> None:
        """Say where a stream ended; what follows is looked at as an artefact of its own."""
        self.ended_at = offset

    def problem(self, kind: ProblemKind, message: str) -> None:
        """Record what could not be read; after a hundred, one more says that there are others."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(unit=self._unit, kind=kind, message=message[:500]))
        elif len(self.problems) == MOST_PROBLEMS:
            others = "there are more problems in this artefact than are listed"
            self.problems.append(Problem(unit=self._unit, kind=ProblemKind.BUDGET, message=others))

    def failure(self, error: Malformed, name: str = "") -> None:
        """Record what a reader raised: its type says the kind of the problem. `name`: the entry that it concerns."""
        kind = KINDS.get(type(error), ProblemKind.MALFORMED)
        self.problem(kind, f"{name}: {error.message}" if name else error.message)

    def _count(self, name: str | bytes) -> str:
        if len(self.entries) >= self._limits.files:
            raise BudgetExceeded(f"more than {self._limits.files:,} entries: the rest was not unpacked")
        self._check_time()
        text = _text(name)
        clean = safe_name(text, self._limits.name_length)
        if clean != text.removeprefix("./").strip("/") and not _harmless(text):
            self.problem(ProblemKind.UNSAFE_NAME, f"entry name {text[:200]!r} was changed to {clean[:200]!r}")
        return clean

    def _spend(self, size: int) -> None:
        self._written += size
        self._check_time()
        if self._written > self._most_bytes:
            raise BudgetExceeded(f"more than {self._most_bytes:,} bytes came out: the rest was not unpacked")

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise BudgetExceeded(f"more than {self._limits.seconds:.0f} s were needed: the rest was not unpacked")


def safe_name(text: str, longest: int = 4096) -> str:
    """`text` as a relative path without empty, "." and ".." parts and NUL bytes; a backslash stays."""
    parts = [part for part in text.replace("\0", "_").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[:longest] or "unnamed"


def _bounded(facts: Mapping[str, str] | None) -> dict[str, str]:
    return {name[:200]: _text(value)[:LONGEST_FACT] for name, value in (facts or {}).items()}


def _harmless(text: str) -> bool:
    """Whether cleaning only took away slashes and dots that mean nothing."""
    return bool(text) and "\0" not in text and ".." not in text.split("/") and len(text) < 4096


def _text(name: str | bytes) -> str:
    if isinstance(name, str):
        return name.encode("utf-8", "backslashreplace").decode()
    return name.decode("utf-8", "backslashreplace")


def _write(descriptor: int, chunk: bytes | memoryview) -> int:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(chunk)
