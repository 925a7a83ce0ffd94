"""Parts of the Linux kernel: the table, and configurations."""

import re

from hypothesis import given
from hypothesis import strategies as some

from pellucid.formats import kernel_parts


def test_what_a_configuration_sets() -> None:
    text = (
        b"# Linux/arm 5.10\nCONFIG_BT=m\r\n# CONFIG_TIPC is not set\nCONFIG_USB=y\nCONFIG_BT_DEBUG=y\nCONFIG_NFSD=n\n"
    )
    assert kernel_parts.built(text) == ("BT", "USB")
    assert kernel_parts.built(b"") == ()


@given(some.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    assert set(kernel_parts.built(data)) <= {option for row in kernel_parts.parts() for option in row.options}


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
