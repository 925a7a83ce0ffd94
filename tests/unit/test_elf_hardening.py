"""Checks of ELF files whose tables say what cannot be."""

import struct

import pytest
from tests.analyzers.test_golden import artefact_of

from pellucid.analyzers.hardening.elf_hardening import elf_hardening

FARTHEST = (1 << 64) - 1


@pytest.mark.parametrize(("offset", "size"), [(FARTHEST, 1 << 16), (1 << 40, 1 << 16), (0, FARTHEST), (0, 1 << 16)])
def test_code_at_any_place_of_any_size_is_no_error(offset: int, size: int) -> None:
    header = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    data = header + struct.pack("<2I6Q", 1, 5, offset, 0, 0, size, size, 1) + b"/dev/null\0".ljust(1 << 14, b"\0")
    (fact,) = elf_hardening(artefact_of(data, elf_hardening))
    assert fact.evidence.offset == 0  # type: ignore[union-attr]  # a verdict
