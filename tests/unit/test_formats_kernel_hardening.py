"""Options of the Linux kernel that make attacks harder: the table, and configurations."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pellucid.formats import kernel_hardening
from pellucid.formats.kernel_hardening import choices, is_whole, rows
from pellucid.formats.kernel_parts import MOST_BYTES

END = b"\n# Security options\n\n# Library routines\n"


def judged(text: bytes, release: str) -> dict[str, bool]:
    """Options that matter, and whether they are as they should be."""
    return {item.row.option: item.good for item in choices(text + END, release) if item.good is not None}


def test_options_count_where_and_since_when_there_are_any() -> None:
    arm = b"CONFIG_ARM=y\nCONFIG_MMU=y\n"
    assert judged(arm, "2.6.31") == {"COMPAT_BRK": True, "DEVKMEM": True, "PROC_KCORE": True}
    assert judged(arm, "4.2")["CC_STACKPROTECTOR_STRONG"] is False
    assert "STACKPROTECTOR_STRONG" not in judged(arm, "4.17.19")
    assert judged(arm, "4.18")["STACKPROTECTOR_STRONG"] is False
    assert "RANDOMIZE_BASE" not in judged(arm, "6.1")
    assert judged(b"CONFIG_ARM64=y\n", "4.6.1")["RANDOMIZE_BASE"] is False
    assert "RANDOMIZE_BASE" not in judged(b"CONFIG_ARM64=y\n", "4.5")


def test_what_a_vendor_brought_back_counts() -> None:
    text = b"CONFIG_ARM64=y\nCONFIG_RANDOMIZE_BASE=y\nCONFIG_HARDENED_USERCOPY=y\n"
    found = judged(text, "3.18.44")
    assert found["RANDOMIZE_BASE"]
    assert found["HARDENED_USERCOPY"]
    assert "SLAB_FREELIST_HARDENED" not in found


def test_an_option_matters_with_those_that_it_needs() -> None:
    assert "MODULE_SIG" not in judged(b"", "5.10")
    assert judged(b"CONFIG_MODULES=y\n", "5.10")["MODULE_SIG"] is False
    assert "STRICT_DEVMEM" not in judged(b"CONFIG_X86=y\n", "5.10")
    assert judged(b"CONFIG_X86=y\nCONFIG_DEVMEM=y\n", "5.10")["STRICT_DEVMEM"] is False


def test_the_last_line_counts_and_is_the_evidence() -> None:
    text = b"# CONFIG_SLAB_FREELIST_RANDOM is not set\nCONFIG_SLAB_FREELIST_RANDOM=y\n" + END
    (found,) = [item for item in choices(text, "5.10") if item.row.option == "SLAB_FREELIST_RANDOM"]
    assert (found.good, found.found, text[found.offset :][:20]) == (True, "y", b"CONFIG_SLAB_FREELIST")


@pytest.mark.parametrize("text", [b"", b"# Security options", b"\n# Library routines\n", END + bytes(MOST_BYTES)])
def test_a_fragment_is_not_whole(text: bytes) -> None:
    assert not is_whole(text)
    assert is_whole(END)


@given(some.binary(max_size=200), some.text(max_size=20))
def test_any_bytes_are_read(data: bytes, release: str) -> None:
    for item in choices(data, release):
        assert item.found in ("", "y", "m", "n")
        assert 0 <= item.offset <= len(data)


def test_the_table_is_sound() -> None:
    assert len(rows()) > 45
    assert 0 < kernel_hardening.revision() < 1 << 32
    for row in rows():
        assert row.wanted in ("y", "n")
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?", row.since)
        assert not row.until or re.fullmatch(r"\d+\.\d+(\.\d+)?", row.until)
        assert not row.why[0].isupper()
        assert not row.why.endswith(".")
