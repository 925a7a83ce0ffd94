"""The table of what libraries say of themselves: which texts count, and where."""

import pytest

from pellucid.formats import built_in_algorithms
from pellucid.formats.built_in_algorithms import Stated

LIBRARIES = built_in_algorithms.by_sign()


def _stated(sign: bytes, text: str) -> Stated:
    return next(entry for entry in LIBRARIES[sign].stated if entry.text == text)


def test_a_sign_is_long_enough_to_be_searched_for() -> None:
    assert all(len(sign) >= 8 for sign in LIBRARIES)


def test_each_text_is_that_of_one_entry() -> None:
    for library in LIBRARIES.values():
        texts = [entry.text for entry in library.stated]
        assert len(texts) == len(set(texts)), library.name
        assert all(entry.algorithms for entry in library.stated)


@pytest.mark.parametrize(
    ("data", "listed"),
    [
        (b"\0md2:md4\0", True),
        (b"\0crc::md2:md4\0", True),
        (b"\0crc:md2\0", True),
        (b"\0md2\0", False),
        (b"\0crc:md2x\0", False),
        (b"\0crc:md2-1:a\0", False),
        (b"\0amd2:md4\0", False),
        (b"(md2:md4\0", False),
    ],
)
def test_a_name_counts_in_a_list_only(data: bytes, listed: bool) -> None:
    assert bool(_stated(b"This is Libgcrypt ", "md2").pattern.search(data)) is listed


@pytest.mark.parametrize(
    ("data", "stands"),
    [
        (b"\0SHA512_256\0", True),
        (b"\0HMAC_SHA512_256\0", True),
        (b"\0SHA512_256:1.2\0", True),
        (b"\0SHA512_256\n\0", True),
        (b"\0SHA512_256 test\0", False),
        (b"\0MYSHA512_256\0", False),
        (b"\0X-SHA512_256\0", False),
    ],
)
def test_a_text_stands_as_a_whole(data: bytes, stands: bool) -> None:
    assert bool(_stated(b"This is Libgcrypt ", "SHA512_256").pattern.search(data)) is stands
