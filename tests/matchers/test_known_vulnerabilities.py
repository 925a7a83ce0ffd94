"""Known vulnerabilities: what is affected by what, and how sure that is."""

from dataclasses import replace
from datetime import date

from tests.matchers.inventories import inventory, package, upstream

from pellucid.advisories.index import MemoryIndex
from pellucid.advisories.loader import bundled
from pellucid.domain.advisory import Advisory, AffectedRange
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.known_vulnerabilities import known_vulnerabilities


def advisory(
    cve: str,
    fixed: str = "2.0",
    *,
    product: str = "tool",
    vendor: str = "acme",
    ecosystem: str = "",
    introduced: str = "",
) -> Advisory:
    return Advisory(
        id=cve,
        aliases=(),
        summary="It breaks.",
        ecosystem=ecosystem,
        vendor=vendor,
        product=product,
        ranges=(AffectedRange(introduced=introduced, fixed=fixed),),
        cvss_score=9.8,
    )


def index(*advisories: Advisory, kev: dict[str, date] | None = None) -> MemoryIndex:
    return MemoryIndex(advisories, kev or {}, digest="0")


def judge(advisories: MemoryIndex, *dependencies: Dependency) -> list[Finding]:
    return list(known_vulnerabilities(inventory(*dependencies), advisories))


def test_a_version_before_the_fix_is_affected() -> None:
    (finding,) = judge(index(advisory("CVE-2020-0001")), upstream("tool", "1.9"))
    assert finding.identifiers == (("cve", "CVE-2020-0001"),)
    assert finding.severity is Severity.CRITICAL
    assert finding.known_fixed_version == "2.0"
    assert finding.dependency == ("acme", "tool", "1.9", "pkg:generic/tool@1.9")
    assert finding.dependencies == (finding.dependency,)


def test_a_finding_names_every_version_that_is_affected() -> None:
    (finding,) = judge(
        index(advisory("CVE-2020-0001")), *(upstream("tool", version) for version in ("1.9", "1.8", "3"))
    )
    assert [version for _, _, version, _ in finding.dependencies] == ["1.9", "1.8"]
    assert finding.dependency == finding.dependencies[0]
    assert not finding.is_kev
    assert finding.evidence[0].artefact == "bin/a"
    assert "1.9" in finding.title


def test_the_fixed_version_another_product_and_no_version_are_not() -> None:
    found = judge(
        index(advisory("CVE-2020-0001")),
        upstream("tool", "2.0"),
        upstream("toolbox", "1.0"),
        upstream("tool", "1.0", vendor="other"),
        upstream("tool", ""),
    )
    assert found == []


def test_a_compiler_that_built_what_is_there_is_not_there() -> None:
    compiler = replace(upstream("tool", "1.9"), linkage=Linkage.BUILD)
    assert judge(index(advisory("CVE-2020-0001")), compiler) == []


def test_known_exploitation_is_marked() -> None:
    advisories = index(advisory("CVE-2020-0001"), kev={"CVE-2020-0001": date(2024, 1, 1)})
    (finding,) = judge(advisories, upstream("tool", "1.0"))
    assert finding.is_kev


def test_the_key_outlives_the_version_but_not_the_product() -> None:
    advisories = index(advisory("CVE-2020-0001"), advisory("CVE-2020-0001", product="other"))
    first = judge(advisories, upstream("tool", "1.0"))
    second = judge(advisories, upstream("tool", "1.5"))
    third = judge(advisories, upstream("other", "1.5"))
    assert first[0].key == second[0].key != third[0].key


def test_one_finding_for_all_places_and_versions() -> None:
    found = judge(
        index(advisory("CVE-2020-0001"), advisory("CVE-2020-0001", fixed="1.8")),
        upstream("tool", "1.0", artefact="bin/a"),
        upstream("tool", "1.9", artefact="bin/b"),
    )
    assert len(found) == 1
    assert [place.artefact for place in found[0].evidence] == ["bin/a", "bin/b"]
    assert found[0].known_fixed_version == "2.0"


def test_confidence_falls_where_a_distribution_may_have_applied_the_fix() -> None:
    advisories = index(advisory("CVE-2020-0001"), advisory("CVE-2020-0001", ecosystem="Debian:12", vendor=""))
    (plain,) = judge(advisories, upstream("tool", "1.0"))
    (built,) = judge(advisories, upstream("tool", "1.0", text="tool 1.0 (Debian 1.0-1+deb12u3)"))
    (packaged,) = judge(advisories, package("tool", "1.0-1", "tool"))
    assert built.confidence < plain.confidence < packaged.confidence
    assert "distribution" in built.description
    assert packaged.description == "It breaks."


def test_packages_are_matched_by_source_release_and_dpkg_order() -> None:
    advisories = index(
        advisory("DEBIAN-CVE-1", fixed="1:2.36-9+deb12u4", product="glibc", vendor="", ecosystem="Debian:12")
    )
    assert judge(advisories, package("libc6", "1:2.36-9+deb12u3", "glibc"))
    assert not judge(advisories, package("libc6", "1:2.36-9+deb12u10", "glibc"))
    assert not judge(advisories, package("libc6", "1:2.36-9+deb12u3", "glibc", ecosystem="Debian:11"))
    assert not judge(advisories, package("glibc", "1:2.36-9+deb12u3", "other"))


def test_a_package_of_unknown_release_has_that_of_the_others() -> None:
    advisories = index(advisory("DEBIAN-CVE-1", product="tool", vendor="", ecosystem="Debian:12"))
    stray = package("tool", "1.0-1", "tool", ecosystem="Debian")
    assert judge(advisories, package("base-files", "12.4", "base-files"), stray)
    assert not judge(advisories, stray)
    other = package("base-files", "11", "base-files", ecosystem="Debian:11")
    assert not judge(advisories, package("base-files", "12.4", "base-files"), other, stray)


def test_the_distribution_decides_about_what_it_has_packaged() -> None:
    advisories = index(advisory("CVE-2020-0001"), advisory("CVE-2020-0002", product="linux_kernel", vendor="linux"))
    assert judge(advisories, upstream("tool", "1.0"))
    assert not judge(advisories, upstream("tool", "1.0"), package("libtool1", "1:1.0-3+deb12u1", "tool"))
    assert judge(advisories, upstream("tool", "1.0"), package("libtool1", "1.1-1", "tool"))
    kernel = upstream("linux_kernel", "1.0", vendor="linux")
    assert not judge(advisories, kernel, package("linux-image", "1.0-1", "linux"))


# What is true of the ten products in two releases of a router, by hand from the publishers' own statements.
OLD = {
    "busybox": ("busybox", "1.35.0", {"CVE-2022-28391", "CVE-2022-30065", "CVE-2024-58251", "CVE-2025-46394"}),
    "openssl": ("openssl", "3.0.20", {"CVE-2026-34182", "CVE-2026-45445", "CVE-2026-45447"}),
    "zlib": ("zlib", "1.2.13", {"CVE-2026-27171"}),
    "dropbear_ssh": ("dropbear_ssh_project", "2022.83", {"CVE-2025-47203"}),
    "lighttpd": ("lighttpd", "1.4.69", set()),
    "hostapd": ("w1.fi", "2.10", set()),
    "iptables": ("netfilter", "1.8.9", set()),
    "glibc": ("gnu", "2.36", {"CVE-2023-4911", "CVE-2024-2961", "CVE-2025-4802"}),
}
NEW = {
    "busybox": ("busybox", "1.37.0", {"CVE-2024-58251", "CVE-2025-46394"}),
    "openssl": ("openssl", "3.5.7", {"CVE-2026-14456"}),
    "zlib": ("zlib", "1.3.2", set()),
    "dropbear_ssh": ("dropbear_ssh_project", "2025.89", set()),
    "glibc": ("gnu", "2.41", set()),
}


def test_the_bundled_advisories_match_what_they_should_and_nothing_else() -> None:
    advisories = bundled()
    for products in (OLD, NEW):
        for product, (vendor, version, expected) in products.items():
            found = judge(advisories, upstream(product, version, vendor=vendor))
            assert {finding.name for finding in found} == expected, (product, version)


def test_the_bundled_catalogue_marks_what_is_exploited() -> None:
    advisories = bundled()
    exploited = [
        finding.name
        for product, vendor, version in (
            ("glibc", "gnu", "2.36"),
            ("openssl", "openssl", "1.0.1f"),
            ("linux_kernel", "linux", "5.10.50"),
        )
        for finding in judge(advisories, upstream(product, version, vendor=vendor))
        if finding.is_kev
    ]
    assert {"CVE-2023-4911", "CVE-2014-0160", "CVE-2022-0847", "CVE-2026-31431"} == set(exploited)
