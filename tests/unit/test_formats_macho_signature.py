"""Code signatures of Mach-O files, and the names that they import."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.macho_programs import RUNTIME, Shape, Signing, program

from pellucid.errors import Malformed
from pellucid.formats import macho, macho_imports, macho_signature

SIGNING = Signing(flags=RUNTIME, entitlements=("get-task-allow", "a.b"), by=b"x")
SIGNED = program(Shape(imports=("_strcpy", "___stack_chk_fail"), rpaths=("@loader_path",), signature=SIGNING))
IMAGE = macho.read(SIGNED)


def read(data: bytes) -> macho_signature.Signature:
    return macho_signature.read(data, *macho.read(data).signature)


def test_reads_what_is_signed_and_granted() -> None:
    found = read(SIGNED)
    assert found.entitlements == {"get-task-allow", "a.b"}
    assert found.is_signed
    directory = found.directory
    assert (directory.flags, directory.identifier, directory.algorithm) == (RUNTIME, "org.example.thing", "sha256")
    assert directory.limit == IMAGE.signature[0]
    assert not read(program(Shape(signature=Signing()))).is_signed


@pytest.mark.parametrize("at", [20, 4095, 4096, IMAGE.signature[0] - 1])
def test_tells_the_page_that_was_changed(at: int) -> None:
    assert macho_signature.changed_page(SIGNED, 0, read(SIGNED).directory) is None
    changed = bytearray(SIGNED)
    changed[at] ^= 1
    assert macho_signature.changed_page(bytes(changed), 0, read(bytes(changed)).directory) == at // 4096


def test_the_program_of_a_universal_file_is_read_where_it_begins() -> None:
    moved = b"\0" * 100 + SIGNED
    at, size = IMAGE.signature
    directory = macho_signature.read(moved, 100 + at, size).directory
    assert macho_signature.changed_page(moved, 100, directory) is None


def test_a_directory_with_too_few_digests_is_refused() -> None:
    data = bytearray(SIGNED)
    at = data.index(bytes.fromhex("fade0c02")) + 28
    assert data[at : at + 4] == b"\0\0\0\2"
    data[at + 3] = 1
    with pytest.raises(Malformed):
        read(bytes(data))


@pytest.mark.parametrize("narrowed", [True, False])
def test_reads_imported_names(narrowed: bool) -> None:
    data = program(Shape(imports=("_strcpy", "_free"), narrowed=narrowed))
    assert macho_imports.names(data) == {"_strcpy", "_free"}


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 255), st.integers(0, len(SIGNED)))
def test_damage_is_malformed_or_read(at: int, octet: int, end: int) -> None:
    data = (SIGNED[:at] + bytes([octet]) + SIGNED[at + 1 :])[: max(end, 4096)]
    with suppress(Malformed):
        macho_signature.changed_page(data, 0, read(data).directory)
    if macho.starts(data):
        with suppress(Malformed):
            macho_imports.names(data)
