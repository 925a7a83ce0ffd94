"""Revisions of microcode in Intel's releases with security updates."""

from datetime import date

import pytest

from pellucid.formats.microcode_releases import release_for, signature_of, table


@pytest.mark.parametrize(("name", "signature"), [("06-b7-01", 0xB0671), ("06-9e-0a", 0x906EA), ("06-55-07", 0x50657)])
def test_signatures_of_processors(name: str, signature: int) -> None:
    assert signature_of(name) == signature


def test_the_platform_decides_where_there_are_several() -> None:
    workstation, server = release_for(0x806F8, 0x10), release_for(0x806F8, 0x87)
    assert workstation
    assert server
    assert (workstation.revision, server.revision) == (0x2C0003E0, 0x2B000620)
    assert server.on == date(2025, 2, 11)
    assert "INTEL-SA-01166" in server.advisories
    assert release_for(0x806F8, 0x08) is None
    assert release_for(0x1, 0xFF) is None


def test_no_processor_has_two_revisions_on_one_platform() -> None:
    for rows in table().values():
        seen = 0
        for row in rows:
            assert not seen & row.platforms
            seen |= row.platforms
