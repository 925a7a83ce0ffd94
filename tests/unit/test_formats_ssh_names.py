"""Names of SSH in programs: whole ones only, near to each other, and each of them means something."""

from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import crypto_settings
from pellucid.formats.ssh_names import Name, beginnings, crowd, name_at

KINDS = ("key-exchange", "host-key", "cipher", "mac")


def test_beginnings_can_be_searched() -> None:
    assert set(beginnings().values()) == set(KINDS)
    assert all(len(begin) >= 4 for begin in beginnings())


def test_a_name_is_a_string_or_stands_in_a_list() -> None:
    for data in (b"hmac-sha1\0", b"\0hmac-sha1\0", b"a,hmac-sha1,b"):
        at = data.index(b"hmac")
        found = name_at(data, at, "mac")
        assert found == Name("hmac-sha1", at, "mac")
        assert crypto_settings.meanings("ssh", found.text)
    for data in (
        b"use hmac-sha1\0",
        b"\0hmac-sha1 is old\0",
        b"\0xhmac-sha1\0",
        b"\0hmac-sha1",
        b"\0hmac" + b"-" * 80 + b"\0",
    ):
        assert name_at(data, data.index(b"hmac"), "mac") is None


def test_a_crowd_has_enough_names_of_three_kinds() -> None:
    names = [Name(f"name{number}", 10 * number, KINDS[number % 3]) for number in range(6)]
    assert crowd(names, 50, 6) == names
    assert crowd(names, 49, 6) == []
    assert crowd(names[:5], 50, 6) == []
    assert crowd([Name(item.text, item.offset, KINDS[item.offset % 2]) for item in names], 50, 6) == []
    assert crowd([Name("same", item.offset, item.kind) for item in names], 50, 6) == []
    far = Name("far", 1000, "mac")
    assert crowd([*names, far], 50, 6) == names


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes(data: bytes, offset: int) -> None:
    found = name_at(data, offset, "mac")
    assert found is None or data[offset:].startswith(found.text.encode())
