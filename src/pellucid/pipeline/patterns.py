"""The one multi-pattern pass: all literals of all units in one Hyperscan database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.metadata import version
from mmap import mmap
from typing import Any

import hyperscan

from pellucid.analysis import derived
from pellucid.formats.span import let_go

MODE = hyperscan.HS_MODE_BLOCK
VERSION = version("hyperscan").encode()
WINDOW = 64 << 20
MOST_HITS = 20_000


class Patterns:
    """A compiled set of literals."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self.literals = tuple(sorted(set(literals)))
        self._lengths = tuple(map(len, self.literals))
        self._longest = max(self._lengths, default=1)
        self._database: Any = None
        if not self.literals:
            return
        self._database = _database(self.literals)

    def search(self, data: bytes | mmap) -> dict[bytes, Sequence[int]]:
        """Offsets of each literal that occurs, ascending, at most `MOST_HITS` of each.

        Large data is read in windows that overlap by the longest literal: memory stays flat.
        """
        if self._database is None:
            return {}
        # There are thousands of literals and many small files: what does not occur costs nothing.
        found: defaultdict[int, list[int]] = defaultdict(list)
        lengths = self._lengths
        total = len(data)
        with memoryview(data) as view:
            for base in range(0, max(total, 1), WINDOW):
                end = min(base + WINDOW + self._longest - 1, total)

                def hit(number: int, _start: int, stop: int, _flags: int, _context: object, base: int = base) -> None:
                    offset = base + stop - lengths[number]
                    offsets = found[number]
                    if len(offsets) < MOST_HITS and (not offsets or offsets[-1] < offset):
                        offsets.append(offset)

                with view[base:end] as window:
                    self._database.scan(window, match_event_handler=hit)
                let_go(data, base, end)
        return {self.literals[number]: found[number] for number in sorted(found)}


def _database(literals: Sequence[bytes]) -> Any:
    """Made of thousands of literals in 0.2 s, read again in a millisecond where it can be kept."""
    key = b"".join((VERSION, *(len(item).to_bytes(4, "big") + item for item in literals)))
    try:
        database = hyperscan.loadb(derived.kept("patterns", key, lambda: _compiled(literals)), MODE)
    except hyperscan.HyperscanError:
        # It was kept by a machine with another processor.
        database = hyperscan.loadb(_compiled(literals), MODE)
    database.scratch = hyperscan.Scratch(database)
    return database


def _compiled(literals: Sequence[bytes]) -> bytes:
    database = hyperscan.Database(mode=MODE)
    database.compile(
        # Escaped: what is given as a literal ends at its first zero byte.
        expressions=[b"".join(b"\\x%02x" % byte for byte in literal) for literal in literals],
        ids=list(range(len(literals))),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(literals),
    )
    return bytes(hyperscan.dumpb(database))


@lru_cache(maxsize=8)
def compiled(literals: frozenset[bytes]) -> Patterns:
    """The database of `literals`, compiled once a process."""
    return Patterns(literals)
