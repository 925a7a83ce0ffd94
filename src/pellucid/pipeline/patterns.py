"""The one multi-pattern pass: all literals of all units in one Hyperscan database."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from mmap import mmap
from pathlib import Path
from typing import Any

import hyperscan
import msgspec

from pellucid.analysis import derived
from pellucid.analysis.artefact import MOST_HITS
from pellucid.formats.span import let_go

MODE = hyperscan.HS_MODE_BLOCK
WINDOW = 64 << 20


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """Literals one after the other, where each of them begins and the last ends (C's unsigned int); their database."""

    text: bytes
    starts: bytes
    longest: int
    database: bytes


class Patterns:
    """A compiled set of literals."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._take(_made(literals))

    @classmethod
    def known_by(cls, key: bytes, literals: Callable[[], Iterable[bytes]]) -> "Patterns":
        """Of the literals that `key` stands for: compiling thousands takes a second, reading it again 3 ms."""
        made_by = derived.stamp(Path(__file__), Path(hyperscan.__file__))
        content = derived.kept("patterns", made_by + key, lambda: _made(literals()))
        found = cls.__new__(cls)
        try:
            found._take(content)
        except (hyperscan.HyperscanError, msgspec.DecodeError):
            # It was kept by a machine with another processor.
            found._take(_made(literals()))
        return found

    def _take(self, content: bytes | memoryview) -> None:
        kept = msgspec.msgpack.decode(content, type=_Kept)
        self._text, self._longest = kept.text, kept.longest
        self._starts = array("I", kept.starts)
        self._database: Any = None
        if kept.database:
            self._database = hyperscan.loadb(kept.database, MODE)
            self._database.scratch = hyperscan.Scratch(self._database)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def search(self, data: bytes | mmap) -> dict[bytes, Sequence[int]]:
        """Offsets of each literal that occurs, ascending, at most `MOST_HITS` of each.

        Large data is read in windows that overlap by the longest literal: memory stays flat.
        """
        if self._database is None:
            return {}
        # There are thousands of literals and many small files: what does not occur costs nothing.
        found: defaultdict[int, list[int]] = defaultdict(list)
        starts = self._starts
        total = len(data)
        with memoryview(data) as view:
            for base in range(0, max(total, 1), WINDOW):
                end = min(base + WINDOW + self._longest - 1, total)

                def hit(number: int, _start: int, stop: int, _flags: int, _context: object, base: int = base) -> None:
                    offset = base + stop - starts[number + 1] + starts[number]
                    offsets = found[number]
                    if len(offsets) < MOST_HITS and (not offsets or offsets[-1] < offset):
                        offsets.append(offset)

                with view[base:end] as window:
                    self._database.scan(window, match_event_handler=hit)
                let_go(data, base, end)
        return {self._literal(number): found[number] for number in sorted(found)}

    def _literal(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]


def _made(literals: Iterable[bytes]) -> bytes:
    ordered = sorted(set(literals))
    kept = _Kept(
        text=b"".join(ordered),
        starts=array("I", accumulate(map(len, ordered), initial=0)).tobytes(),
        longest=max(map(len, ordered), default=1),
        database=_compiled(ordered) if ordered else b"",
    )
    return msgspec.msgpack.encode(kept)


def _compiled(literals: Sequence[bytes]) -> bytes:
    database = hyperscan.Database(mode=MODE)
    database.compile(
        # Escaped: what is given as a literal ends at its first zero byte.
        expressions=[b"".join(b"\\x%02x" % byte for byte in literal) for literal in literals],
        ids=list(range(len(literals))),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(literals),
    )
    return bytes(hyperscan.dumpb(database))
