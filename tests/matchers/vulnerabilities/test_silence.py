"""Upstream matches of what a distribution has built: silenced with a reason, or kept with a caveat."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.matchers.inventories import Judged, inventory, judge, language, package, upstream
from tests.matchers.vulnerabilities.test_packages import apk
from tests.support.statements import ASKED, EVERY, Statements, below, cpe, debian, known, never, said

from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.finding import SilenceKind
from pellucid.domain.version_range import VersionRange

CVE, OTHER = "CVE-2022-37434", "CVE-2023-45853"
UPSTREAM = cpe(CVE, "zlib:zlib", below("1.2.13"))
PACKAGE = package("zlib1g", "1:1.2.11.dfsg-2+deb12u1", "zlib")
# As a signature names it in a file of the package.
GUESS = upstream("zlib", "1.2.11", "zlib")


def test_a_fixed_back_port_silences_the_match_and_says_why() -> None:
    fixed = debian(CVE, "zlib", below("1:1.2.11.dfsg-2+deb12u1"))
    found = judge(Statements(UPSTREAM, fixed), PACKAGE)
    assert found.names == []
    (silenced,) = found.silenced
    assert (silenced.vulnerability, silenced.dependency) == (CVE, PACKAGE.identity)
    assert (silenced.source, silenced.kind) == ("debian", SilenceKind.FIXED)
    assert silenced.reason == (
        "Debian 12 fixed it in 1:1.2.11.dfsg-2+deb12u1, installed is 1:1.2.11.dfsg-2+deb12u1; "
        "nvd names zlib:zlib 1.2.11."
    )


def test_never_affected_silences_too() -> None:
    found = judge(Statements(UPSTREAM, never(CVE, "zlib")), PACKAGE)
    assert found.names == []
    assert found.silenced[0].kind is SilenceKind.NOT_AFFECTED
    assert "says that its zlib is not affected" in found.silenced[0].reason


def test_what_is_affected_by_both_is_one_finding_that_the_distribution_decides() -> None:
    found = judge(Statements(UPSTREAM, debian(CVE, "zlib", EVERY)), PACKAGE)
    assert [reason.source for reason in found.one.reasons] == ["debian", "nvd"]
    assert found.one.confidence == pytest.approx(0.95)
    assert found.one.known_fixed_version == "", "the authors' 1.2.13 is no version of Debian's package"
    assert found.silenced == []


def test_a_tracker_that_knows_all_tells_by_silence() -> None:
    speaks = debian(OTHER, "zlib", below("1:1.2"))
    found = judge(Statements(UPSTREAM, speaks), PACKAGE)
    assert found.names == []
    assert found.silenced[0].source == "Debian:12"
    assert "not among them" in found.silenced[0].reason


@pytest.mark.parametrize("case", ["newer", "no time", "says nothing of the package", "only notices"])
def test_when_silence_tells_nothing(case: str) -> None:
    speaks = debian(OTHER, "other" if case == "says nothing of the package" else "zlib", below("1:1.2"))
    if case == "only notices":
        speaks = debian(OTHER, "zlib", below("1:1.2"), source="debian-dsa", id_="DSA-1-1")
    newer = known(CVE, published=ASKED + timedelta(days=1))
    index = Statements(
        UPSTREAM, speaks, known=[newer] if case == "newer" else [], as_of=None if case == "no time" else ASKED
    )
    found = judge(index, PACKAGE)
    assert found.names == [CVE]
    assert found.one.confidence == pytest.approx(0.25)
    assert "Debian 12 says nothing" in found.one.description


def test_who_publishes_fixes_only_tells_nothing_by_silence() -> None:
    zlib = apk("zlib", "1.2.11-r3")
    speaks = said(OTHER, ("Alpine:v3.19", "zlib"), below("1.2.10-r0"), source="alpine")
    found = judge(Statements(UPSTREAM, speaks), zlib)
    assert found.names == [CVE]
    assert found.one.confidence == pytest.approx(0.25)
    assert "Alpine v3.19 says nothing about this vulnerability" in found.one.description
    fixed = said(CVE, ("Alpine:v3.19", "zlib"), below("1.2.11-r3"), source="alpine")
    assert judge(Statements(UPSTREAM, fixed), zlib).silenced[0].reason.startswith("Alpine v3.19 fixed it in 1.2.11-r3")
    nak = never("CVE-2021-42373", "busybox", release="Alpine:v3.19")
    box = cpe("CVE-2021-42373", "busybox:busybox", EVERY)
    busybox = apk("busybox-binsh", "1.36.1-r15", "busybox")
    assert judge(Statements(nak, box), busybox).names == []


def test_without_the_distribution_s_data_that_is_said_and_the_authors_version_counts() -> None:
    found = judge(Statements(UPSTREAM), PACKAGE, package("libc6", "2.36-9", "glibc"))
    assert found.names == [CVE]
    assert found.one.confidence == pytest.approx(0.25)
    assert "No data of Debian 12 are loaded" in found.one.description
    (problem,) = found.problems
    assert problem.message.startswith("No data of Debian 12 are loaded: its 2 packages")
    assert judge(Statements(UPSTREAM, more=["Debian:12"]), PACKAGE).problems == []


def test_language_packages_without_data_are_told_of() -> None:
    item = language("CRAN", "curl", "5.0", "pkg:cran/curl")
    assert "No data of CRAN" in judge(Statements(UPSTREAM), item).problems[0].message


def fixed_in_debian() -> Statements:
    return Statements(UPSTREAM, debian(CVE, "zlib", below("1:1.2.11.dfsg-2+deb12u1")))


def test_a_guess_from_the_bytes_of_a_package_is_decided_by_the_package() -> None:
    both = judge(fixed_in_debian(), GUESS, PACKAGE)
    assert both.names == []
    assert {item.dependency for item in both.silenced} == {GUESS.identity, PACKAGE.identity}
    assert judge(fixed_in_debian(), GUESS).names == [CVE], "nobody else has built it"
    other_version = replace(PACKAGE, source_version="1:1.2.13.dfsg-1", version="1:1.2.13.dfsg-1")
    assert judge(fixed_in_debian(), GUESS, other_version).names == [CVE], "it is not that package's"


def test_a_copy_inside_other_software_is_nobody_s_build() -> None:
    copy = replace(GUESS, linkage=Linkage.EMBEDDED)
    assert judge(fixed_in_debian(), copy, PACKAGE).names == [CVE]


def test_a_guess_of_an_affected_package_is_the_package_s_finding() -> None:
    index = Statements(UPSTREAM, debian(CVE, "zlib", EVERY))
    found = judge(index, GUESS, PACKAGE).one
    assert found.dependencies == (PACKAGE.identity, GUESS.identity)
    assert found.key == judge(index, PACKAGE).one.key
    assert found.confidence == pytest.approx(0.95)


KERNEL = upstream("linux_kernel", "", "linux")


def kernel_package(name: str) -> Dependency:
    return package(name, "6.1.0-13", "linux")


def test_the_distribution_s_kernel_and_what_its_modules_say_of_it() -> None:
    branch = VersionRange(introduced="5.10", fixed="6.8")
    index = Statements(cpe(CVE, "linux:linux_kernel", branch, part="o"), debian(CVE, "linux", below("6.1.55-1")))
    image = replace(kernel_package("linux-image-6.1.0-13-amd64"), source_version="6.1.55-1")
    guess = replace(KERNEL, version_range="vers:generic/>=6.1|<6.2")
    assert judge(index, guess).names == [CVE]
    found = judge(index, guess, image)
    assert found.names == []
    assert {item.dependency for item in found.silenced} == {guess.identity, image.identity}


def test_headers_are_no_kernel_and_documents_no_software() -> None:
    index = Statements(debian(CVE, "linux", EVERY), debian(OTHER, "zlib", EVERY))
    headers = judge(index, kernel_package("linux-libc-dev"), package("zlib-doc", "1-1", "zlib"))
    assert headers.names == []
    assert [item.source for item in headers.silenced] == ["pellucid", "pellucid"]
    assert judge(index, kernel_package("linux-image-amd64"), kernel_package("linux-libc-dev")).names == [CVE]


def test_headers_are_no_kernel_where_nothing_decides() -> None:
    rpm = replace(
        package("kernel-headers", "5.14.0-1.el9", "kernel", "Rocky Linux:9"),
        purl="pkg:rpm/rocky-linux/kernel-headers@5",
    )
    index = Statements(cpe(CVE, "linux:linux_kernel", below("5.15"), part="o"))
    found = judge(index, rpm)
    assert found.names == []
    assert found.silenced[0].source == "pellucid"
    image = replace(rpm, product="kernel-core", purl="pkg:rpm/rocky-linux/kernel-core@5")
    assert judge(index, image).one.confidence == pytest.approx(0.25)


def test_only_what_changed_is_judged() -> None:
    index = Statements(UPSTREAM, cpe(OTHER, "zlib:zlib", EVERY))
    assert Judged(index, inventory(GUESS)).names == [CVE, OTHER]
    assert Judged(index, inventory(GUESS), only=[OTHER]).names == [OTHER]
    assert Judged(index, inventory(GUESS), only=[]).names == []
