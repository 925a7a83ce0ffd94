"""An artefact: bytes under analysis, mapped once and shared by every unit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from mmap import mmap
from typing import TYPE_CHECKING, Any

import msgspec

from pellucid.domain.evidence import Evidence

if TYPE_CHECKING:
    from pellucid.analysis.scan_rules import ScanRules

SEEN_LIMIT = 120
MOST_HITS = 20_000


class Artefact(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes and what is already known about them.

    `data` is read-only and may be larger than memory (a file mapping): slice it, never copy it whole.
    `kind` is the name of its format ("elf", "squashfs", "text", "data"). `hits` holds, for every literal that a
    selector asked for, the offsets at which it stands, `MOST_HITS` at most, found in one pass over the bytes. `path` is
    for messages only: a unit that depended on it could not be cached by content. `rules` are those that this scan
    brings along.
    """

    data: bytes | mmap
    kind: str = "data"
    path: str = ""
    hits: Mapping[bytes, Sequence[int]] = msgspec.field(default_factory=dict)
    memo: dict[str, Any] = msgspec.field(default_factory=dict)
    rules: "ScanRules | None" = None

    @property
    def size(self) -> int:
        return len(self.data)

    def offsets(self, literal: bytes) -> Sequence[int]:
        """Where `literal` stands, ascending. It must have been named in a selector of this unit."""
        return self.hits.get(literal, ())

    def search(self, pattern: re.Pattern[bytes], start: int = 0, end: int | None = None) -> Iterator[re.Match[bytes]]:
        """Matches of `pattern`. Whole-artefact searches are slow (10-50 MB/s): start from `offsets` where you can."""
        return pattern.finditer(self.data, start, self.size if end is None else end)

    def window(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer at the end."""
        return bytes(self.data[max(offset, 0) : max(offset, 0) + length])

    def evidence(self, offset: int, seen: bytes | str) -> Evidence:
        """Evidence at `offset`; unprintable characters of `seen` become dots."""
        text = seen.decode("latin-1") if isinstance(seen, bytes) else seen
        shown = "".join(c if c.isprintable() else "." for c in text[:SEEN_LIMIT])
        return Evidence(offset=offset, length=len(seen), seen=shown)
