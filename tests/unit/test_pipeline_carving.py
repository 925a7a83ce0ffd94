"""Carving and identification: what is found inside bytes, and what chance occurrences do not become."""

from mmap import mmap
from pathlib import Path

import pytest
from msgspec import structs

from pellucid.analysis.artefact import MOST_HITS, Artefact
from pellucid.analysis.extractor import Extractor, Signature, extractor
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.identify import identify_leaf, is_padding
from pellucid.pipeline.carving import MOST_CANDIDATES, Chunk, carvable, carve, chunks, identify, places, recogniser
from pellucid.pipeline.patterns import Patterns

MAGIC = b"BOX!"


def box(payload: bytes) -> bytes:
    """A format of our own: magic, length of the whole, check byte, payload."""
    length = len(payload) + 6
    return MAGIC + bytes((length, length ^ 0xFF)) + payload


def measure(data: bytes | mmap, offset: int) -> int:
    header = bytes(data[offset : offset + 6])
    if len(header) < 6 or header[:4] != MAGIC or header[4] ^ header[5] != 0xFF:
        raise Malformed
    return header[4]


def run(_artefact: Artefact, _output: Output) -> None:
    raise AssertionError("carving does not unpack")


BOX: Extractor = extractor(name="box", version=1, signatures=(Signature(MAGIC),), measure=measure)(run)


def carved(data: bytes) -> list[Chunk]:
    first = identify(data, recogniser([BOX]))
    return list(chunks(data, first, places(Patterns([MAGIC]).search(data), carvable([BOX]))))


def test_chunks_and_gaps_cover_everything_in_order() -> None:
    data = b"head" + box(b"one") + b"between" + box(b"two!") + b"tail"
    found = carved(data)
    assert [data[chunk.start : chunk.end] for chunk in found] == [
        b"head", box(b"one"), b"between", box(b"two!"), b"tail",
    ]  # fmt: skip
    assert [chunk.format for chunk in found] == ["", "box", "", "box", ""]


def test_a_chance_magic_is_nothing() -> None:
    assert carved(b"text with BOX! in it, but no box") == []


def test_the_outermost_chunk_wins() -> None:
    data = box(b"xx" + box(b"inner") + b"yy") + b"z"
    assert [(chunk.start, chunk.format) for chunk in carved(data)] == [(0, "box"), (len(data) - 1, "")]


def test_a_chunk_that_is_cut_off_is_said_to_be() -> None:
    data = b"...." + box(b"a long payload")[:-3]
    assert carved(data)[-1] == Chunk(4, len(data), "box", truncated=True)


@pytest.mark.parametrize(("hits", "said"), [(MOST_HITS, True), (5, False)])
def test_places_that_are_not_tried_are_mentioned(tmp_path: Path, hits: int, *, said: bool) -> None:
    assert MOST_HITS < MOST_CANDIDATES
    data = b"." + MAGIC * hits + box(b"the last one")
    output = Output(tmp_path, unit="carving", source_size=len(data), limits=Limits())
    carve(Artefact(data=data, hits=Patterns([MAGIC]).search(data)), None, carvable([BOX]), output)
    assert [problem.kind for problem in output.problems] == [ProblemKind.BUDGET] * said
    assert bool(output.entries) != said


def test_time_that_is_over_keeps_what_was_found(tmp_path: Path) -> None:
    data = b"." + box(b"one") + box(b"two")

    def slow(data: bytes | mmap, offset: int) -> int:
        output.limits_reached = True
        return measure(data, offset)

    output = Watched(tmp_path, unit="carving", source_size=len(data), limits=Limits())
    unit = structs.replace(BOX, measure=slow)
    with pytest.raises(BudgetExceeded):
        carve(Artefact(data=data, hits=Patterns([MAGIC]).search(data)), None, carvable([unit]), output)


class Watched(Output):
    """An output whose time is over when it is said to be."""

    limits_reached = False

    def check_time(self) -> None:
        if self.limits_reached:
            raise BudgetExceeded


def test_offsets_are_found_once_across_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.pipeline.patterns.WINDOW", 5)
    data = b"".join(b"ab" + MAGIC for _ in range(20))
    assert list(Patterns([MAGIC, b"abBO"]).search(data)[MAGIC]) == [2 + 6 * n for n in range(20)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"\x7fELF\x01", "elf"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"#!/bin/sh\necho hello\n", "text"),
        ("größer".encode(), "text"),
        (b"caf\xe9 in Latin-1, mostly ASCII", "text"),
        (b"\xff" * 9000, "padding"),
        (b"\x00" * 100, "padding"),
        (b"\x00\x01\x02\x03" * 10, "data"),
        (b"MZ" + b"\0" * 34 + b"\x18\x28\x6f\x01", "linux-zimage"),
    ],
)
def test_leaves_are_named(data: bytes, kind: str) -> None:
    assert identify_leaf(data) == kind


def test_text_cut_inside_a_character_is_text() -> None:
    assert identify_leaf(b"a" * 8191 + "é".encode()) == "text"


def test_padding_is_one_value_throughout() -> None:
    assert is_padding(b"\xff" * 50, 10, 40)
    assert not is_padding(b"\xff" * 20 + b"\x00" * 20, 10, 40)
    assert not is_padding(b"aaaa", 0, 4)
