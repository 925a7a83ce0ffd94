"""Where an extractor puts what comes out: one file that holds all bytes, names kept as data.

No name from an image ever becomes a path here, so there is nothing to traverse.
"""

import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pellucid.analysis import pack
from pellucid.analysis.limits import Limits
from pellucid.analysis.pack import Pack
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded, Encrypted, Malformed, MissingLibrary, Truncated, Unsupported
from pellucid.formats.member import Member
from pellucid.formats.span import Chunk, Data, is_hole, pieces

MOST_PROBLEMS = 100
MOST_FACTS = 1000
LONGEST_FACT = 500
# What a byte costs that takes no room, in a hole or in the container itself: a sixteenth, for the time to hash it.
HOLE = 16
KINDS = {
    Truncated: ProblemKind.TRUNCATED,
    Encrypted: ProblemKind.ENCRYPTED,
    Unsupported: ProblemKind.UNSUPPORTED,
    MissingLibrary: ProblemKind.MISSING,
}


class Output:
    """Collects entries, metadata and problems of one extraction; bytes go to `folder`/bytes.

    With `hold`, few bytes are `held` in memory instead, once it is closed. Every method raises BudgetExceeded when a
    limit is reached; what was put before stays. Close it at the end.
    """

    def __init__(self, folder: Path, *, unit: str, source_size: int, limits: Limits, hold: bool = False) -> None:
        self._folder = folder
        self._pack = Pack(folder, hold=hold)
        self._unit = unit
        self._limits = limits
        self._most_bytes = min(limits.bytes, max(limits.ratio_floor, source_size * limits.ratio))
        self._put = 0
        self._deadline = time.monotonic() + limits.seconds
        self.entries: list[Entry] = []
        self.metadata: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.ended_at: int | None = None

    def file(
        self,
        name: str | bytes,
        chunks: Iterable[Chunk],
        *,
        mtime: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> int:
        """Store a regular file and return its size in bytes; see `member`."""
        return self.member(Member(name=name, chunks=chunks, mtime=mtime, facts=facts or {}))

    def member(self, member: Member) -> int:
        """Store the bytes of a FILE and return their number; of a directory, link, device, fifo or socket, only what
        is stated is recorded.

        When `chunks` raises Malformed, what came until then is kept and the failure becomes a problem of this file.
        """
        name = self._count(member.name)
        if member.kind is not EntryKind.FILE:
            self._list(name, member)
            return 0
        self._pack.begin()
        try:
            for chunk in member.chunks:
                self._budget(len(chunk) // HOLE if is_hole(chunk) else len(chunk))
                self._pack.write(chunk)
        except Malformed as error:
            self.failure(error, name)
        finally:
            at, size = self._pack.end()
            self._list(name, member, stored=at, size=size)
        return size

    def part(
        self,
        name: str | bytes,
        data: Data,
        offset: int,
        length: int,
        *,
        mtime: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> int:
        """Store `length` bytes from `offset` of the artefact itself, whose bytes `data` are, as a file; without copying
        them where they can be mapped as they lie. A part that is cut off is stored as far as it goes, with a problem.
        """
        member = Member(name=name, chunks=pieces(data, offset, length), mtime=mtime, facts=facts or {})
        there = min(length, len(data) - offset)
        if not Pack.addressable(offset, there):
            return self.member(member)
        clean = self._count(name)
        self._budget(there // HOLE)
        self._list(clean, member, stored=offset, size=there, inside=True)
        if there < length:
            self.failure(Truncated(f"{length - there:,} bytes are missing at the end"), clean)
        return there

    def scratch(self, chunks: Iterable[Chunk]) -> Data:
        """Keep `chunks` in a file without a name and map it: for what is read at random once it is unpacked.

        Its bytes count as if they came out. When `chunks` raises Malformed, that is a problem, and what came until
        then is mapped.
        """
        with tempfile.TemporaryFile(dir=self._folder, buffering=0) as file:
            size = 0
            try:
                for chunk in chunks:
                    self._budget(len(chunk))
                    size += pack.write(file.fileno(), (chunk,), size)
            except Malformed as error:
                self.failure(error)
            return mmap(file.fileno(), size, access=ACCESS_READ) if size else b""

    @property
    def held(self) -> bytes:
        """All bytes that came out; empty where they were written to the file."""
        return self._pack.held

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

    def close(self) -> None:
        """Write what is still held back, and close the file. When there was no room, entries are as long as fits."""
        try:
            self._pack.close()
        finally:
            room = self._pack.written
            self.entries = [
                entry if entry.inside or entry.stored + entry.size <= room else _cut(entry, room)
                for entry in self.entries
            ]

    def _list(self, name: str, member: Member, *, stored: int = -1, size: int = 0, inside: bool = False) -> None:
        entry = Entry(
            name=name,
            kind=member.kind,
            size=size,
            stored=stored,
            inside=inside,
            mode=member.mode,
            uid=member.uid,
            gid=member.gid,
            mtime=member.mtime,
            target=_text(member.target)[: self._limits.name_length],
            facts={name[:200]: _text(value)[:LONGEST_FACT] for name, value in member.facts.items()},
        )
        self.entries.append(entry)

    def _count(self, name: str | bytes) -> str:
        if len(self.entries) >= self._limits.files:
            raise BudgetExceeded(f"more than {self._limits.files:,} entries: the rest was not unpacked")
        self.check_time()
        text = _text(name)
        clean = safe_name(text, self._limits.name_length)
        if clean != text.removeprefix("./").strip("/") and not self._harmless(text):
            self.problem(ProblemKind.UNSAFE_NAME, f"entry name {text[:200]!r} was changed to {clean[:200]!r}")
        return clean

    def _harmless(self, text: str) -> bool:
        """Whether cleaning only took away slashes and dots that mean nothing."""
        short = len(text) <= self._limits.name_length
        return bool(text) and "\0" not in text and ".." not in text.split("/") and short

    def _budget(self, length: int) -> None:
        self._put += length
        self.check_time()
        if self._put > self._most_bytes:
            raise BudgetExceeded(f"more than {self._most_bytes:,} bytes came out: the rest was not unpacked")

    def check_time(self) -> None:
        """For work that gives nothing for long: raises BudgetExceeded when the time is over."""
        if time.monotonic() > self._deadline:
            raise BudgetExceeded(f"more than {self._limits.seconds:.0f} s were needed: the rest was not unpacked")


def safe_name(text: str, longest: int = 4096) -> str:
    """`text` as a relative path without empty, "." and ".." parts and NUL bytes; a backslash stays."""
    parts = [part for part in text.replace("\0", "_").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[:longest] or "unnamed"


def _cut(entry: Entry, room: int) -> Entry:
    """What there is of an entry when only `room` bytes were written."""
    if entry.stored < 0 or not entry.size:
        return entry
    return replace(entry, stored=min(entry.stored, room // pack.PAGE * pack.PAGE), size=max(room - entry.stored, 0))


def _text(name: str | bytes) -> str:
    if isinstance(name, str):
        return name.encode("utf-8", "backslashreplace").decode()
    return name.decode("utf-8", "backslashreplace")
