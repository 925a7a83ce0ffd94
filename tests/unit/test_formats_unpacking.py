"""Hostile bytes: the readers of archives and file systems give a value or Malformed, within bounds."""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.small_inputs import small_inputs
from tests.support.trees import extract

from pellucid.analysis.extractor import Extractor
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import HOLE
from pellucid.errors import Malformed
from pellucid.extractors import EXTRACTORS

TIGHT = Limits(bytes=4 << 20, files=2000)
every = pytest.mark.parametrize("unit", EXTRACTORS, ids=lambda unit: unit.name)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# What is interesting to a parser: extremes of fields of every width, in both byte orders.
FIELDS = st.sampled_from(
    [
        b"\0",
        b"\xff",
        b"\x7f",
        b"\x80",
        b"\0\0",
        b"\xff\xff",
        b"\0\0\0\0",
        b"\xff" * 4,
        b"\xff" * 8,
        b"\1\0\0\0",
        b"\0\0\0\1",
    ]
) | st.binary(min_size=1, max_size=8)
EDITS = st.lists(st.tuples(st.integers(0, 1 << 30), FIELDS), min_size=1, max_size=6)


def read(unit: Extractor, data: bytes) -> None:
    """Measure and unpack; anything but Malformed and a used-up budget is a failure."""
    with suppress(Malformed):
        assert unit.measure(data, 0) >= 0
    with tempfile.TemporaryDirectory() as folder:
        found = extract(unit, data, Path(folder), TIGHT)
        written = sum(file.stat().st_blocks * 512 for file in Path(folder).iterdir())
    # Holes take no room, and cost less.
    assert written <= TIGHT.bytes + (1 << 20)
    assert sum(entry.size for entry in found.entries) <= TIGHT.bytes * HOLE
    for entry in found.entries:
        assert not entry.name.startswith("/")
        assert ".." not in entry.name.split("/")


@every
def test_the_small_input_is_valid(unit: Extractor, tmp_path: Path) -> None:
    data = small_inputs()[unit.name]
    assert 0 < unit.measure(data, 0) <= len(data)
    assert any(data[item.at : item.at + len(item.literal)] == item.literal for item in unit.signatures)
    found = extract(unit, data, tmp_path)
    assert found.contents or found.metadata


@every
@thorough
@given(edits=EDITS)
def test_changed_bytes(unit: Extractor, edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(small_inputs()[unit.name])
    for place, field in edits:
        # Headers are small and interesting: half of all edits go into the first kilobyte or the superblock.
        at = place // 2 % min(len(data), 3072) if place & 1 else place // 2 % len(data)
        data[at : at + len(field)] = field
    read(unit, bytes(data))


@every
@thorough
@given(share=st.floats(0, 1))
def test_cut_anywhere(unit: Extractor, share: float) -> None:
    data = small_inputs()[unit.name]
    read(unit, data[: int(len(data) * share)])


@every
@settings(max_examples=30, deadline=None)
@given(noise=st.binary(max_size=2000), index=st.integers(0, 100))
def test_noise_behind_a_magic(unit: Extractor, noise: bytes, index: int) -> None:
    signature = unit.signatures[index % len(unit.signatures)]
    data = bytearray(noise.ljust(signature.at, b"\0"))
    data[signature.at : signature.at + len(signature.literal)] = signature.literal
    read(unit, bytes(data))
