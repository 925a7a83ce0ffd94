"""The one multi-pattern pass: all literals of all units in one Hyperscan database."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from mmap import mmap
from typing import Any

import hyperscan
import msgspec

from pellucid.analysis import derived
from pellucid.analysis.artefact import MOST_HITS
from pellucid.formats.span import let_go

MODE = hyperscan.HS_MODE_BLOCK
# Its stub does not list it; importlib.metadata, which knows it as well, takes longer to import than all else here.
VERSION = str(getattr(hyperscan, "__version__", "")).encode()
WINDOW = 64 << 20


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """Literals one after the other, their lengths as C's unsigned int, and the database that finds them."""

    text: bytes
    lengths: bytes
    database: bytes


class Patterns:
    """A compiled set of literals."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._take(_made(literals))

    @classmethod
    def known_by(cls, key: bytes, literals: Callable[[], Iterable[bytes]]) -> "Patterns":
        """Of the literals that `key` stands for: compiling thousands takes a second, reading it again 3 ms."""
        content = derived.kept("patterns", VERSION + key, lambda: _made(literals()))
        found = cls.__new__(cls)
        try:
            found._take(content)
        except (hyperscan.HyperscanError, msgspec.DecodeError):
            # It was kept by a machine with another processor.
            found._take(_made(literals()))
        return found

    def _take(self, content: bytes) -> None:
        kept = msgspec.msgpack.decode(content, type=_Kept)
        self._text = kept.text
        self._lengths = array("I", kept.lengths)
        self._starts = list(accumulate(self._lengths, initial=0))
        self._longest = max(self._lengths, default=1)
        self._database: Any = None
        if kept.database:
            self._database = hyperscan.loadb(kept.database, MODE)
            self._database.scratch = hyperscan.Scratch(self._database)

    def __len__(self) -> int:
        return len(self._lengths)

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
        return {self._literal(number): found[number] for number in sorted(found)}

    def _literal(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]


def _made(literals: Iterable[bytes]) -> bytes:
    ordered = sorted(set(literals))
    lengths = array("I", map(len, ordered))
    kept = _Kept(text=b"".join(ordered), lengths=lengths.tobytes(), database=_compiled(ordered) if ordered else b"")
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
