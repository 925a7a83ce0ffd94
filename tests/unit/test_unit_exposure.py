"""Exposure of services: the verdicts and levels that systemd-analyze 252 gives for the same units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.analyzers import unit_exposure
from pellucid.formats import systemd_unit

DIRECTIVES = ("User", "ProtectHome", "SystemCallFilter", "RestrictNamespaces", "CapabilityBoundingSet", "UMask", "X")
UNITS = st.lists(
    st.tuples(st.sampled_from(DIRECTIVES), st.text(alphabet="~@yesno07 clockAF_\\#", max_size=12)), max_size=12
)


def level(*lines: str) -> int:
    return unit_exposure.exposure(
        list(unit_exposure.parts(systemd_unit.read("\n".join(("[Service]", *lines)).encode())))
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), 96),
        (("ProtectHome=read-only",), 95),
        (("NotifyAccess=all",), 98),
        (("DynamicUser=yes",), 84),
        (("DynamicUser=yes", "User=root"), 88),
        (("User=foo",), 92),
        (("User=nobody",), 95),
        (("PrivateDevices=yes",), 90),
        (("ProtectClock=yes",), 92),
        (("RestrictAddressFamilies=AF_UNIX",), 89),
        (("RestrictAddressFamilies=AF_INET AF_CAN", "RestrictAddressFamilies=none"), 89),
        (("RestrictNamespaces=yes",), 88),
        (("RestrictNamespaces=~user", "RestrictNamespaces=no", "RestrictNamespaces=pid"), 96),
        (("SystemCallFilter=@system-service",), 82),
        (("SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources"), 80),
        (("SystemCallFilter=~@swap @clock:EPERM",), 92),
        (("SystemCallFilter=~@swap", "SystemCallFilter="), 96),
        (("CapabilityBoundingSet=",), 71),
        (("CapabilityBoundingSet=CAP_KILL \\", " CAP_CHOWN"), 73),
        (("IPAddressDeny=any", "IPAddressAllow=10.0.0.0/8"), 95),
        (("DevicePolicy=closed", "DeviceAllow=/dev/null rw"), 95),
    ],
)
def test_levels_are_those_of_systemd(lines: tuple[str, ...], expected: int) -> None:
    assert level(*lines) == expected


def test_what_hides_files_says_nothing_of_an_early_service() -> None:
    unit = systemd_unit.read(b"[Unit]\nDefaultDependencies=no\n[Service]\nPrivateTmp=no\n")
    badness = {part.directive: part.badness for part in unit_exposure.parts(unit)}
    assert badness["PrivateTmp"] is None
    assert badness["NoNewPrivileges"] == 1


@given(UNITS)
def test_every_unit_has_a_level(lines: list[tuple[str, str]]) -> None:
    assert 0 <= level(*(f"{name}={value}" for name, value in lines)) <= 100


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    list(unit_exposure.parts(systemd_unit.read(b"[Service]\n" + data)))
