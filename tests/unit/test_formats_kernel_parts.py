"""Parts of the Linux kernel: the table, and configurations."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pellucid.formats import kernel_parts

END = b"\n# Library routines\n"
TEXT = b"# Linux/arm\nCONFIG_BT=m\r\n# CONFIG_TIPC is not set\nCONFIG_USB=y\nCONFIG_BT_DEBUG=y\nCONFIG_NFSD=n\n" + END


def test_what_a_configuration_says() -> None:
    old = kernel_parts.options(TEXT, "3.18.44")
    assert old == {"BT": "m", "TIPC": "n", "USB": "y"}, "what is not mentioned may have had another name"
    new = kernel_parts.options(TEXT, "5.10.1")
    assert new["NFSD"] == "n"
    assert {name: value for name, value in new.items() if value != "n"} == {"BT": "m", "USB": "y"}
    assert list(new) == sorted(new)


def test_an_option_that_is_set_anywhere_is_set() -> None:
    text = b"CONFIG_BT=y\n# CONFIG_BT is not set\n# CONFIG_USB is not set\nCONFIG_USB=m\n" + END
    assert kernel_parts.options(text, "3.2") == {"BT": "y", "USB": "m"}


@pytest.mark.parametrize("text", [b"", TEXT.removesuffix(END), TEXT + bytes(kernel_parts.MOST_BYTES)])
def test_nothing_is_told_of_what_is_not_whole(text: bytes) -> None:
    assert kernel_parts.options(text, "5.10.1") == {}


@given(some.binary(max_size=200), some.text(max_size=20))
def test_any_bytes_are_read(data: bytes, release: str) -> None:
    found = kernel_parts.options(data + END, release)
    assert set(found) <= {option for row in kernel_parts.parts() for option in row.options}
    assert set(found.values()) <= {"y", "m", "n"}


def test_the_longest_beginning_counts() -> None:
    amd = kernel_parts.by_path("drivers/gpu/drm/amd/display/dc/core/dc.c")
    other = kernel_parts.by_path("drivers/gpu/drm/drm_gem.c")
    assert amd is not None
    assert amd.options == ("DRM_AMDGPU",)
    assert other is not None
    assert other.options == ("DRM",)
    assert kernel_parts.by_path("mm/page_alloc.c") is None


def test_rows_are_in_order() -> None:
    names = [name for row in kernel_parts.parts() for name in row.names]
    assert len(names) == len(set(names)), "a name leads to one part"
    assert all(name == name.lower() for name in names)
    for row in kernel_parts.parts():
        assert row.options, row
        assert row.paths, row
        assert all(re.fullmatch(r"[A-Z0-9_]+", option) and not option.startswith("CONFIG") for option in row.options)
        assert all(re.fullmatch(r"[a-z0-9_]+", module) for module in row.modules), "with underscores"
        assert all(not path.startswith("/") for path in row.paths)
