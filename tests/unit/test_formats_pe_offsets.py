"""Addresses of PE images as offsets into the file."""

import time
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec import structs
from tests.support.signed_pe import Shape, image

from pellucid.errors import Malformed
from pellucid.formats import pe

HEADERS = pe.read(image(Shape()))


def of(sections: Sequence[pe.Section]) -> pe.Image:
    return structs.replace(HEADERS, sections=tuple(sections))


def section(address: int, size: int, at: int, virtual: int = 0) -> pe.Section:
    return pe.Section(name="", address=address, virtual=virtual or size, at=at, size=size)


@given(some.lists(some.tuples(some.integers(0, 20), some.integers(0, 20)), max_size=8), some.randoms())
def test_an_address_is_where_its_section_lies(gaps: list[tuple[int, int]], order: Random) -> None:
    sections, address, at, expected = [], 0, 1000, dict[int, int]()
    for gap, size in gaps:
        address += gap
        # Without bytes in the file it may lie where it wants.
        sections.append(section(address, size, at, virtual=size or 9))
        expected |= {address + number: at + number for number in range(size)}
        address, at = address + size, at + size
    order.shuffle(sections)
    found = of(sections)
    for wanted in range(address + 2):
        if wanted in expected:
            assert found.offset(wanted) == expected[wanted]
        else:
            with pytest.raises(Malformed):
                found.offset(wanted)


def test_many_sections_take_no_longer() -> None:
    found = of([section(number * 16, 16, number * 16) for number in range(pe.MOST_SECTIONS)])
    began = time.process_time()
    assert all(found.offset(16 * 1000 + number % 16) for number in range(1, 50_000))
    assert time.process_time() - began < 1
