"""Tables of imports that are made to be long are read in bounded time and memory."""

import struct

from tests.support.alarm import within

from pellucid.formats import macho_symbols, pe, pe_functions

HEAD, TABLE = 1 << 16, 1 << 17
BY_NUMBER = struct.pack("<Q", 1 << 63 | 1)


def test_libraries_that_share_one_long_table_of_numbers() -> None:
    """2,000 descriptors of the same 60,000 functions, none of which has a name."""
    head = (b"MZ".ljust(pe.POINTER_AT, b"\0") + struct.pack("<I", 64)).ljust(64 + 24, b"\0") + b"\x0b\x02"
    rows = struct.pack("<5I", TABLE, 0, 0, TABLE, TABLE) * 2000
    data = head.ljust(HEAD, b"\0") + rows.ljust(TABLE - HEAD, b"\0") + BY_NUMBER * 60_000 + bytes(8)
    section = pe.Section(name=".idata", address=0, virtual=len(data), at=0, size=len(data))
    image = pe.Image(
        machine="x86_64", subsystem="", timestamp=0, sections=(section,), directories=((0, 0), (HEAD, len(rows))),
        end=len(data), bits=64, flags=0, library_flags=0, alignment=0, entry=0, base=0, checksum_at=0, directories_at=0,
    )  # fmt: skip
    with within(2):
        assert not list(pe_functions.functions(data, image))


def test_symbols_that_share_one_long_name() -> None:
    """Of 4,000 symbols with a name of 4,000 characters not even two million characters are kept."""
    number, length = 4000, 4000
    command = struct.pack("<6I", macho_symbols.SYMTAB, 24, 56, number, 56 + 16 * number, length + 2)
    head = struct.pack("<8I", 0xFEEDFACF, 0, 0, 2, 1, len(command), 0, 0)
    data = head + command + struct.pack("<IBBHQ", 1, 1, 0, 0, 0) * number + b"\0" + b"a" * length + b"\0"
    imports = macho_symbols.read(data).imports
    assert len(imports) == number
    assert sum(len(symbol.name) for symbol in imports) <= number * 512
