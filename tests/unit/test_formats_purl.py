"""Package URLs."""

from typing import Any

import pytest

from pellucid.formats.purl import package_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("generic", "zlib", "1.2.13"), "pkg:generic/zlib@1.2.13"),
        (("generic", "zlib", ""), "pkg:generic/zlib"),
        (
            ("deb/debian", "libstdc++6", "1:1.0~rc1+deb12u1-2", {"distro": "debian-12", "arch": "arm64"}),
            "pkg:deb/debian/libstdc%2B%2B6@1:1.0~rc1%2Bdeb12u1-2?arch=arm64&distro=debian-12",
        ),
        (("opkg", "a/b", "1 2", {"arch": ""}), "pkg:opkg/a%2Fb@1%202"),
    ],
)
def test_parts_are_encoded_and_empty_ones_left_out(given: tuple[Any, ...], expected: str) -> None:
    assert package_url(*given) == expected
