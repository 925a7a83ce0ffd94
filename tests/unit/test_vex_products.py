"""What products of VEX documents mean: dependencies by package URL, CPE or name, and the image itself."""

from dataclasses import replace

import pytest
from tests.support.scanned_trees import LIBRARY, SOFTWARE

from pellucid.domain.vex_claim import ImageNames
from pellucid.services.vex_products import means, means_image

BINARY = replace(
    LIBRARY,
    product="libssl3",
    version="3.0.11-1",
    purl="pkg:deb/debian/libssl3@3.0.11-1?arch=arm64&distro=debian-12",
    source_name="openssl",
    source_version="3.0.11-1",
)
IMAGE = ImageNames(name="router", version="1.0.2", product="Router X", filename="router.bin", sha256="ab" * 32)


@pytest.mark.parametrize(
    "product",
    [
        "pkg:generic/busybox",
        "pkg:generic/busybox@1.36.1",
        "pkg:generic/BusyBox@1.36.1?download_url=https://example.org/x",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Ageneric%2Fbusybox%401.36.1",
        "cpe:2.3:a:busybox:busybox:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*",
        "cpe:/a:busybox:busybox:1.36.1",
        "busybox",
        "BusyBox 1.36.1",
        "busybox@1.36.1",
    ],
)
def test_software_by_its_names(product: str) -> None:
    assert means([product], SOFTWARE)


@pytest.mark.parametrize(
    "product",
    [
        "pkg:generic/busybox@1.36.0",
        "pkg:generic/busybox@1.36.1?arch=arm64",
        "pkg:npm/busybox@1.36.1",
        "pkg:generic/other/busybox@1.36.1",
        "pkg:",
        "cpe:2.3:a:busybox:busybox:1.36.0:*:*:*:*:*:*:*",
        "cpe:2.3:a:*:busybox:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:*:*:*:*:*:*:*:*:*:*",
        "cpe:2.3:o:busybox:busybox:1.36.1:*:*:*:*:*:*:*",
        "cpe:2.3:a:busybox",
        "busybox 1.36",
        "busy",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1",
        "",
    ],
)
def test_other_software(product: str) -> None:
    assert not means([product], SOFTWARE)


def test_a_plain_name_does_not_widen_what_is_said_exactly() -> None:
    assert not means(["pkg:generic/busybox@1.35.0", "busybox"], SOFTWARE)
    assert means(["pkg:generic/busybox@1.35.0", "pkg:generic/busybox@1.36.1"], SOFTWARE)


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=arm64", True),
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64", False),
        ("pkg:deb/debian/libssl3?distro=debian-12", True),
        ("pkg:deb/debian/libssl3?distro=debian-11", False),
        ("pkg:deb/ubuntu/libssl3@3.0.11-1", False),
        ("pkg:deb/debian/openssl", True),
        ("pkg:deb/debian/openssl@3.0.11-1?arch=source", True),
        ("pkg:deb/debian/openssl@3.0.9-1?arch=source&distro=debian-12", False),
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=source", False),
    ],
)
def test_packages_of_distributions_and_their_sources(product: str, *, expected: bool) -> None:
    assert means([product], BINARY) is expected


@pytest.mark.parametrize(
    "product",
    [
        *("router", "Router 1.0.2", "router@1.0.2", "router:1.0.2", "Router X 1.0.2", "router.bin", "ab" * 32),
        *("pkg:generic/router", "pkg:generic/router@1.0.2", f"pkg:oci/router@sha256%3A{'ab' * 32}"),
        *("pkg:generic/Router%20X@1.0.2",),
    ],
)
def test_the_image_by_its_names(product: str) -> None:
    assert means_image([product], IMAGE)
    assert means_image((), IMAGE)


@pytest.mark.parametrize(
    "product",
    ["router 1.0.1", "Router X", "pkg:generic/router@1.0.1", "pkg:deb/debian/router@1.0.2", "pkg:generic/x@1.0.2", ""],
)
def test_other_images(product: str) -> None:
    assert not means_image([product], IMAGE)
    assert not means_image([""], ImageNames(name="", version=""))
