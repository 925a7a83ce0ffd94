"""Known vulnerabilities: the unit itself, and what it says with the data that come with the program."""

from tests.matchers.inventories import inventory, package, upstream
from tests.support.statements import Statements, below, cpe, debian

from pellucid.advisories.bundled import bundled
from pellucid.advisories.store.index import StoreIndex
from pellucid.analysis.matcher import StatementIndex
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding, Silenced
from pellucid.domain.problem import Problem
from pellucid.matchers.known_vulnerabilities import known_vulnerabilities


def judge(index: StatementIndex, *dependencies: Dependency) -> list[Finding]:
    return [item for item in known_vulnerabilities(inventory(*dependencies), index) if isinstance(item, Finding)]


def test_findings_silenced_matches_and_problems() -> None:
    index = Statements(
        cpe("CVE-2020-0001", "acme:tool", below("2.0")),
        cpe("CVE-2020-0002", "zlib:zlib", below("2.0")),
        debian("CVE-2020-0002", "zlib", below("1.0-1")),
    )
    zlib = package("zlib1g", "1.0-1", "zlib")
    stray = package("musl", "1.2-r1", "musl", ecosystem="Alpine:v3.19")
    found = list(known_vulnerabilities(inventory(upstream("tool", "1.9"), zlib, stray), index))
    assert [type(item) for item in found] == [Finding, Silenced, Problem]


def test_what_an_index_has_answered_is_remembered_with_it() -> None:
    index = Statements(cpe("CVE-2020-0001", "acme:tool", below("2.0")))
    assert judge(index, upstream("tool", "1.9")) == judge(index, upstream("tool", "1.9"))
    assert index.calls["about"] == 1
    assert judge(Statements(), upstream("tool", "1.9")) == []


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
    advisories = StoreIndex(bundled())
    for products in (OLD, NEW):
        for product, (vendor, version, expected) in products.items():
            found = judge(advisories, upstream(product, version, vendor=vendor))
            assert {finding.name for finding in found} == expected, (product, version)


def test_the_bundled_catalogue_marks_what_is_exploited() -> None:
    advisories = StoreIndex(bundled())
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
