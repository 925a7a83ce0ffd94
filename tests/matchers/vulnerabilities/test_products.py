"""Software that was recognised in bytes: the authors' versions, by the names of the CPE dictionary."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.matchers.inventories import Judged, inventory, judge, seen, upstream
from tests.support.statements import EVERY, Statements, below, cpe, said, upto

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.dependency import Dependency
from pellucid.domain.statement import Standing
from pellucid.domain.version_range import VersionRange

CVE = "CVE-2022-28391"


def ranged(product: str, bounds: str, vendor: str = "acme") -> Dependency:
    """The product is certain, and of its version only bounds are known."""
    return replace(upstream(product, "", vendor), version_range=bounds)


def meant(product: str, version: str, *ranges: VersionRange, **more: Any) -> bool:
    vendor, _, name = product.partition(":")
    return bool(judge(Statements(cpe(CVE, product, *ranges, **more)), upstream(name, version, vendor)).findings)


def test_a_version_before_the_fix_is_affected() -> None:
    index = Statements(cpe(CVE, "busybox:busybox", below("1.36.0", introduced="1.20.0")))
    found = judge(index, upstream("busybox", "1.35.0", "busybox")).one
    assert found.known_fixed_version == "1.36.0"
    assert found.reasons[0].range == ">= 1.20.0, < 1.36.0"
    assert (found.reasons[0].source, found.reasons[0].record) == ("nvd", CVE)
    assert found.confidence == pytest.approx(0.54)
    assert "version number alone" in found.description
    for version in ("1.36.0", "1.19.4"):
        assert judge(index, upstream("busybox", version, "busybox")).names == []
    assert judge(index, upstream("busybox", "1.35.0", "other")).names == []
    assert judge(index, upstream("busybox", "", "busybox")).names == [], "no version, no match"


@pytest.mark.parametrize(
    ("product", "version", "fixed"),
    [
        ("openssl:openssl", "1.0.2z", "1.0.2zd"),
        ("openbsd:openssh", "9.3p1", "9.3p2"),
        ("ntp:ntp", "4.2.8p9", "4.2.8:p15"),
        ("dropbear_ssh_project:dropbear_ssh", "2019.78", "2022.83"),
        ("denx:u-boot", "2019.07-rc4", "2019.07"),
        ("sudo_project:sudo", "1.9.5p1", "1.9.5p2"),
        ("w1.fi:wpa_supplicant", "2.9", "2.10"),
        ("linux:linux_kernel", "4.4.60-openwrt", "4.4.61"),
    ],
)
def test_the_ways_in_which_authors_number(product: str, version: str, fixed: str) -> None:
    vendor, _, name = product.partition(":")
    index = Statements(cpe(CVE, product, below(fixed), part="o" if vendor == "linux" else "a"))
    assert judge(index, upstream(name, version, vendor)).names == [CVE]
    assert judge(index, upstream(name, fixed.replace(":", ""), vendor)).names == []


def test_updates_of_exact_versions() -> None:
    assert meant("acme:tool", "1.0.1-beta1", versions=("1.0.1:beta1",))
    assert not meant("acme:tool", "1.0.1", versions=("1.0.1:beta1",))
    assert meant("acme:tool", "4.2.8p10", versions=("4.2.8:p10",))
    assert meant("acme:tool", "4.2.8p10", versions=("4.2.8",)), "any update"
    assert not meant("acme:tool", "4.2.8p10", versions=("4.2.8:-",)), "the release without one"
    assert meant("acme:tool", "4.2.8", versions=("4.2.8:-",))
    assert not meant("acme:tool", "4.2.8", versions=("-",)), "not applicable is no wildcard"


def test_all_versions_are_a_weak_word() -> None:
    index = Statements(cpe(CVE, "acme:tool", any_version=True))
    found = judge(index, upstream("tool", "1.0")).one
    assert found.confidence <= 0.15
    assert found.reasons[0].range == "all versions"
    assert "nobody knew" in found.description


def test_a_correction_of_the_configurations_of_nvd_stands_in_their_place() -> None:
    wide, right = cpe(CVE, "acme:tool", EVERY), replace(cpe(CVE, "acme:tool", below("1.2")), source="anchore")
    assert judge(Statements(wide), upstream("tool", "1.5")).names == [CVE]
    assert judge(Statements(wide, right), upstream("tool", "1.5")).names == []
    found = judge(Statements(wide, right), upstream("tool", "1.1")).one
    assert [reason.source for reason in found.reasons] == ["anchore"]
    unsure = replace(cpe(CVE, "acme:tool", any_version=True), source="anchore")
    assert judge(Statements(wide, unsure), upstream("tool", "1.5")).names == [CVE], (
        "a correction that knows less is none"
    )


def test_other_names_of_the_product_and_its_false_friends() -> None:
    index = Statements(
        cpe("CVE-1", "polarssl:polarssl", EVERY),
        cpe("CVE-2", "trustedfirmware:mbed_tls", EVERY),
        cpe("CVE-3", "haxx:curl", EVERY),
        cpe("CVE-4", "curl_project:curl", EVERY),
    )
    assert judge(index, upstream("mbed_tls", "2.16.3", "arm")).names == ["CVE-1", "CVE-2"]
    assert judge(index, upstream("curl", "7.74.0", "haxx")).names == ["CVE-3"]
    stranger = replace(upstream("curl", "1.0", "curl_project"))
    assert judge(index, stranger).names == []


@pytest.mark.parametrize("target", ["wordpress", "node.js", "drupal"])
def test_a_plug_in_of_the_same_name_is_something_else(target: str) -> None:
    index = Statements(cpe(CVE, "acme:tool", EVERY, target=target))
    assert judge(index, upstream("tool", "1.0")).names == []
    beside = upstream(target, "6.0", target)
    assert judge(index, upstream("tool", "1.0"), beside).names == [CVE], "it may be the plug-in where its host is"


@pytest.mark.parametrize("target", ["windows", "iphone_os"])
def test_software_for_another_system(target: str) -> None:
    index = Statements(cpe(CVE, "acme:tool", EVERY, target=target))
    unknown = judge(index, upstream("tool", "1.0")).one
    assert unknown.conditional
    assert unknown.confidence < judge(Statements(cpe(CVE, "acme:tool", EVERY)), upstream("tool", "1.0")).one.confidence
    program = Component(kind=ComponentKind.EXECUTABLE, format="elf", architecture="arm", bits=32, evidence=seen())
    assert Judged(index, inventory(upstream("tool", "1.0"), components=(program,))).names == []


def test_the_target_that_the_image_has_is_no_condition() -> None:
    kernel = upstream("linux_kernel", "5.10", "linux")
    found = judge(Statements(cpe(CVE, "acme:tool", EVERY, target="linux")), upstream("tool", "1.0"), kernel).one
    assert not found.conditional


def test_a_build_of_a_distribution_is_trusted_less() -> None:
    index = Statements(cpe(CVE, "acme:tool", below("2.0")))
    plain = judge(index, upstream("tool", "1.0")).one
    built = judge(index, upstream("tool", "1.0", text="tool 1.0 (Debian 1.0-1+deb12u3)")).one
    assert built.confidence < plain.confidence
    assert "distribution" in built.description


def test_of_a_version_with_bounds_all_must_be_affected() -> None:
    index = Statements(cpe(CVE, "acme:tool", below("2.0", introduced="1.0")))
    for bounds, hit in {
        "vers:generic/>=1.2|<1.5": True,
        "vers:generic/>=1.2|<2.0": True,
        "vers:generic/>=1.2|<2.1": False,
        "vers:generic/>=0.9|<1.5": False,
        "vers:generic/>=1.2": False,
        "vers:generic/<1.5": False,
    }.items():
        found = judge(index, ranged("tool", bounds))
        assert bool(found.findings) is hit, bounds
        if hit:
            assert found.one.confidence < judge(index, upstream("tool", "1.3")).one.confidence
            assert "version is not known" in found.one.description


def test_the_authors_own_word_beats_a_coarser_one() -> None:
    broad = cpe(CVE, "haxx:curl", upto("8.5.0"))
    own = cpe(CVE, "haxx:curl", below("8.4.0", introduced="7.69.0"), source="curl", id_="CURL-CVE-2022-1")
    index = Statements(broad, own)
    affected = judge(index, upstream("curl", "8.0.0", "haxx")).one
    assert [reason.source for reason in affected.reasons] == ["curl", "nvd"]
    assert affected.known_fixed_version == "8.4.0"
    assert affected.confidence > judge(Statements(broad), upstream("curl", "8.0.0", "haxx")).one.confidence
    for version in ("8.4.0", "7.60.0"):
        spared = judge(index, upstream("curl", version, "haxx"))
        assert spared.names == []
        assert spared.silenced[0].source == "curl"
    assert "8.4.0" in judge(index, upstream("curl", "8.4.1", "haxx")).silenced[0].reason


def test_a_distribution_has_what_its_packages_have() -> None:
    index = Statements(
        cpe("CVE-1", "debian:debian_linux", any_version=True, part="o"),
        cpe("CVE-2", "openwrt:openwrt", below("24.10"), part="o"),
    )
    debian = replace(upstream("debian_linux", "12", "debian"), cpe="cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*")
    openwrt = replace(upstream("openwrt", "23.05", "openwrt"), cpe="cpe:2.3:o:openwrt:openwrt:23.05:*:*:*:*:*:*:*")
    assert judge(index, debian, openwrt).names == ["CVE-2"]


def test_authors_who_leave_out_branches_that_they_have_given_up() -> None:
    broad = cpe(CVE, "openssl:openssl", upto("1.0.2l"))
    own = cpe(CVE, "openssl:openssl", below("1.0.2m", "1.0.2"), below("1.1.0g", "1.1.0"), source="openssl")
    index = Statements(broad, own)
    assert judge(index, upstream("openssl", "1.0.1f", "openssl")).names == [CVE], "older than what was looked at"
    assert judge(index, upstream("openssl", "1.0.2k", "openssl")).one.known_fixed_version == "1.0.2m"
    late = Statements(cpe(CVE, "openssl:openssl", upto("1.1.1")), own)
    assert judge(late, upstream("openssl", "1.1.1", "openssl")).silenced[0].source == "openssl"


@pytest.mark.parametrize("part", ["a", "o"])
def test_entries_that_do_not_agree_on_what_an_operating_system_is(part: str) -> None:
    index = Statements(cpe(CVE, "linux:linux_kernel", below("5.17.1"), part=part))
    assert judge(index, upstream("linux_kernel", "5.10", "linux")).names == [CVE]


def test_who_says_that_a_version_is_not_affected_is_believed_about_his_own_record() -> None:
    subject = ("cpe:a", "acme:tool")
    affected = said(CVE, subject, below("2.0"), source="cvelist")
    spared = said(CVE, subject, versions=("1.4.9",), standing=Standing.NOT_AFFECTED, source="cvelist")
    index = Statements(affected, spared)
    assert judge(index, upstream("tool", "1.4.8")).names == [CVE]
    assert judge(index, upstream("tool", "1.4.9")).names == []


def test_names_that_publishers_of_cves_have_are_trusted_less() -> None:
    index = Statements(said(CVE, ("name", "acme:tool"), below("2.0"), source="nvd"))
    found = judge(index, upstream("tool", "1.0")).one
    assert found.confidence == pytest.approx(0.36)
    assert judge(index, upstream("tool", "2.0")).names == []


def test_tags_of_a_repository_are_versions_of_it() -> None:
    tagged = Statements(said(CVE, ("repo", "github.com/acme/tool"), versions=("tool-1_35_0", "v1.36.0"), source="git"))
    module = replace(upstream("tool", "1.35.0"), cpe="", purl="pkg:github/acme/Tool@1.35.0")
    assert judge(tagged, module).names == [CVE]
    assert judge(tagged, replace(module, version="1.37.0", purl="pkg:github/acme/tool@1.37.0")).names == []


def test_tags_and_loose_names_yield_to_ranges_of_the_product() -> None:
    item = replace(upstream("curl", "7.88.1", "haxx"), purl="pkg:github/curl/curl@7.88.1")
    tags = said(CVE, ("repo", "github.com/curl/curl"), versions=("curl-7_65_0", "curl-7_88_1"), source="osv/Debian")
    loose = said(CVE, ("name", "haxx:curl"), upto("8.0.0"), source="cvelist")
    narrow = cpe(CVE, "haxx:curl", upto("7.65.3", introduced="7.52.0"))
    assert judge(Statements(tags), item).names == [CVE]
    assert judge(Statements(loose), item).names == [CVE]
    assert judge(Statements(tags, loose, narrow), item).names == []
    older = replace(upstream("curl", "7.65.0", "haxx"), purl="pkg:github/curl/curl@7.65.0")
    assert [reason.source for reason in judge(Statements(tags, narrow), older).one.reasons] == ["nvd", "osv/Debian"]
    vague = cpe(CVE, "haxx:curl", any_version=True)
    assert judge(Statements(tags, vague), item).names == [CVE], "all versions is no word about this one"


def test_other_products_of_the_same_image_make_their_own_findings() -> None:
    index = Statements(cpe(CVE, "acme:tool", EVERY), cpe(CVE, "acme:other", EVERY))
    found = judge(index, upstream("tool", "1.0"), upstream("other", "1.0"), upstream("tool", "1.1"))
    assert sorted(len(item.dependencies) for item in found.findings) == [1, 2]
    again = judge(index, upstream("tool", "7.0"))
    assert again.one.key in {item.key for item in found.findings}, "the key has no version in it"


def test_evidence_of_all_places_is_kept() -> None:
    index = Statements(cpe(CVE, "acme:tool", EVERY))
    found = judge(index, upstream("tool", "1.0", artefact="bin/a"), upstream("tool", "1.1", artefact="bin/b")).one
    assert [place.artefact for place in found.evidence] == [seen(artefact=name).artefact for name in ("bin/a", "bin/b")]
    assert found.title == f"{CVE} in tool 1.0, 1.1"


@given(some.tuples(*[some.integers(0, 12)] * 3), some.tuples(*[some.integers(0, 12)] * 3))
def test_before_the_fix_and_only_before_it(version: tuple[int, int, int], fixed: tuple[int, int, int]) -> None:
    if any(fixed):
        written = [".".join(map(str, numbers)) for numbers in (version, fixed)]
        assert meant("acme:tool", written[0], below(written[1])) is (version < fixed)
