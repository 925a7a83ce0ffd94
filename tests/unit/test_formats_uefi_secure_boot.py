"""Lists of signatures in UEFI variables, and what the variables say of Secure Boot."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.uefi_images import signature_list

from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.uefi import secure_boot

KEY = signature_list(secure_boot.X509, b"certificate")
BOTH = signature_list(secure_boot.SHA256, b"a" * 32, b"b" * 32) + KEY


def state(**variables: bytes) -> str:
    def members() -> Members:
        for name, value in variables.items():
            yield Member(name=f"{name}-guid", chunks=iter((value[:3], value[3:])), facts={"variable": name})
        yield Malformed("the rest cannot be read")

    found = secure_boot.State()
    contents = [
        (member.facts["variable"], b"".join(bytes(chunk) for chunk in member.chunks))
        for member in found.noting(members())
        if isinstance(member, Member)
    ]
    assert contents == list(variables.items())
    return found.said


def test_reads_all_entries_of_all_lists() -> None:
    found = secure_boot.signatures(BOTH)
    assert [BOTH[item.at : item.at + item.size] for item in found] == [b"a" * 32, b"b" * 32, b"certificate"]
    assert {item.owner for item in found} == {secure_boot.MICROSOFT}
    assert [item.kind for item in found] == [secure_boot.SHA256] * 2 + [secure_boot.X509]
    assert secure_boot.signatures(b"") == []


@pytest.mark.parametrize("data", [BOTH[:-1], BOTH + b"x", b"\0" * 28, KEY[:24] + bytes(4) + KEY[28:]])
def test_refuses_what_is_no_list(data: bytes) -> None:
    with pytest.raises(Malformed):
        secure_boot.signatures(data)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PK": KEY, "db": KEY}, "enforced"),
        ({"PK": KEY, "SecureBootEnable": b"\1"}, "enforced"),
        ({"PK": KEY, "SecureBootEnable": b"\0"}, "off"),
        ({"MTC": b"1234"}, "setup"),
        ({"BootOrder": b"\0\0", "PK": b"", "SecureBootEnable": b"\0"}, "setup"),
        ({"StdDefaults": b"a"}, ""),
        ({}, ""),
    ],
)
def test_says_whether_it_is_in_force(variables: dict[str, bytes], said: str) -> None:
    assert state(**variables) == said


@given(st.integers(0, len(BOTH) - 1), st.integers(0, 255))
def test_damage_is_malformed_or_read(at: int, octet: int) -> None:
    data = BOTH[:at] + bytes([octet]) + BOTH[at + 1 :]
    with suppress(Malformed):
        assert all(item.at + item.size <= len(data) for item in secure_boot.signatures(data))
