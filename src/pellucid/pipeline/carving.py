"""Carving: finding known formats inside bytes that are not one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from mmap import mmap
from operator import itemgetter

import msgspec

from pellucid.analysis.artefact import MOST_HITS, Artefact
from pellucid.analysis.extractor import Extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats.identify import is_padding
from pellucid.formats.magic_table import MagicTable

MOST_CANDIDATES = 50_000
SMALLEST_GAP = 16
# A signature this long does not stand at the start by chance.
SURE = 4


class Chunk(msgspec.Struct, frozen=True):
    """Bytes from `start` to `end` that are one `format`; "" for what lies between chunks."""

    start: int
    end: int
    format: str
    truncated: bool = False


Signatures = Mapping[bytes, Sequence[tuple[int, int, Extractor]]]
"""By the literal that is searched for: rank and extractor of what begins `at` bytes before it, as (at, rank, unit)."""


def carvable(extractors: Sequence[Extractor]) -> Signatures:
    """The signatures of what is looked for inside other bytes."""
    found: dict[bytes, list[tuple[int, int, Extractor]]] = defaultdict(list)
    for rank, unit in enumerate(extractors):
        for signature in unit.signatures if unit.carve else ():
            found[signature.literal].append((signature.at, rank, unit))
    return dict(found)


Recogniser = MagicTable[tuple[Extractor, bytes]]


def recogniser(extractors: Sequence[Extractor]) -> Recogniser:
    """The signatures of the extractors, for `identify`."""
    return MagicTable(
        (signature.at, signature.literal, (unit, signature.literal))
        for unit in extractors
        for signature in unit.signatures
    )


def identify(
    data: bytes | mmap, known: Recogniser, refused: list[Problem] | None = None
) -> tuple[Extractor, int] | None:
    """The first extractor that accepts the start of `data`, and the length of its chunk (all of it for streams).

    Those that know the signature and not what follows it are added to `refused`, with the reason.
    """
    for unit, literal in known.at_start(data):
        if unit.stream:
            return unit, len(data)
        try:
            return unit, unit.measure(data, 0)
        except Malformed as error:
            if refused is not None and unit.carve and len(literal) >= SURE:
                message = f"it begins like {unit.name}, but: {error.message}"
                refused.append(Problem(unit=unit.name, kind=ProblemKind.MALFORMED, message=message))
    return None


def chunks(
    data: bytes | mmap,
    first: tuple[Extractor, int] | None,
    candidates: Iterable[tuple[int, Extractor]],
) -> Iterator[Chunk]:
    """Chunks and the gaps between them, in order, covering all of `data`; nothing when no chunk is found.

    `first` is what was recognised at the start, `candidates` are places where an extractor's format may begin. The
    outermost chunk wins; what lies inside it is found when the chunk itself is unpacked.
    """
    position = 0
    size = len(data)
    if first and not first[0].stream:
        position = min(first[1], size)
        yield Chunk(0, position, first[0].suffix, truncated=first[1] > size)
    for start, unit in candidates:
        if start < position:
            continue
        try:
            length = unit.measure(data, start)
        except Malformed:
            continue
        if length <= 0:
            continue
        if start > position:
            yield Chunk(position, start, "")
        end = min(start + length, size)
        yield Chunk(start, end, unit.suffix, truncated=start + length > size)
        position = end
    if 0 < position < size:
        yield Chunk(position, size, "")


def carve(artefact: Artefact, first: tuple[Extractor, int] | None, known: Signatures, output: Output) -> None:
    """Put each chunk, and each gap that is more than padding, as a child named after its offset."""
    data = artefact.data
    candidates = places(artefact.hits, known)
    often = any(len(offsets) >= MOST_HITS for literal, offsets in artefact.hits.items() if literal in known)
    if often or len(candidates) > MOST_CANDIDATES:
        message = (
            f"formats may begin at more than {MOST_CANDIDATES:,} places, or one at {MOST_HITS:,}: not all were tried"
        )
        output.problem(ProblemKind.BUDGET, message)
    for chunk in chunks(data, first, _in_time(candidates[:MOST_CANDIDATES], output)):
        if not chunk.format and (chunk.end - chunk.start < SMALLEST_GAP or is_padding(data, chunk.start, chunk.end)):
            continue
        name = f"0x{chunk.start:08x}.{chunk.format or 'data'}"
        if chunk.truncated:
            message = f"{name} ends too early: the image is cut off inside it"
            output.problem(ProblemKind.TRUNCATED, message)
        output.part(name, data, chunk.start, chunk.end - chunk.start)


def _in_time(candidates: Iterable[tuple[int, Extractor]], output: Output) -> Iterator[tuple[int, Extractor]]:
    """The same, until the time is over: what was found until then is kept."""
    for candidate in candidates:
        output.check_time()
        yield candidate


def places(hits: Mapping[bytes, Sequence[int]], known: Signatures) -> list[tuple[int, Extractor]]:
    """Places where a format may begin, ascending; at the same place in the order of the extractors."""
    found: dict[tuple[int, int], Extractor] = {}
    for literal, offsets in hits.items():
        for at, rank, unit in known.get(literal, ()):
            found.update(((offset - at, rank), unit) for offset in offsets if offset >= at)
    return [(start, unit) for (start, _), unit in sorted(found.items(), key=itemgetter(0))]
