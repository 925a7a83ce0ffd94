"""Packages of distributions and languages: their own ecosystem's data decide."""

from dataclasses import replace

import pytest
from tests.matchers.inventories import judge, language, package
from tests.support.statements import EVERY, Statements, below, cpe, debian, known, never, said, upto

from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.finding import FindingType
from pellucid.domain.severity import Severity
from pellucid.domain.statement import FixPlan, Standing, Statement
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import VulnerabilityState

CVE = "CVE-2023-0001"


def apk(name: str, version: str, origin: str = "", release: str = "Alpine:v3.19") -> Dependency:
    return replace(
        package(name, version, origin or name, release), vendor="alpine", purl=f"pkg:apk/alpine/{name}@{version}"
    )


def test_the_source_package_and_its_whole_version_are_compared() -> None:
    index = Statements(debian(CVE, "glibc", below("1:2.36-9+deb12u4")))
    assert judge(index, package("libc6", "1:2.36-9+deb12u3", "glibc")).names == [CVE]
    assert judge(index, package("libc6", "1:2.36-9+deb12u10", "glibc")).names == []
    assert judge(index, package("libc6", "2:2.20-1", "glibc")).names == [], "an epoch is a part of the version"
    assert judge(index, package("glibc", "1:2.36-9+deb12u3", "other")).names == []
    older = package("libc6", "1:2.31-13", "glibc", ecosystem="Debian:11")
    assert judge(index, older).names == [], "what is said of one release says nothing of another"


@pytest.mark.parametrize("version", ["1.2.13-1~bpo12+1", "1.2.13-1", "1.2.13-1+b1"])
def test_back_ports_and_rebuilds_are_before_the_fix(version: str) -> None:
    index = Statements(debian(CVE, "zlib", below("1.2.13-1+deb12u1")))
    assert judge(index, package("zlib1g", version, "zlib")).names == [CVE]


def test_a_package_of_unknown_release_has_that_of_the_others() -> None:
    index = Statements(debian(CVE, "zlib", below("2")))
    stray = package("zlib1g", "1.0-1", "zlib", ecosystem="Debian")
    assert judge(index, package("base-files", "12.4", "base-files"), stray).names == [CVE]
    alone = judge(index, stray)
    assert alone.names == []
    assert "release of Debian is not known" in alone.problems[0].message
    other = package("base-files", "11", "base-files", ecosystem="Debian:11")
    assert judge(index, package("base-files", "12.4", "base-files"), other, stray).names == []


def test_never_affected_undetermined_and_open() -> None:
    open_ = debian("CVE-2023-0002", "zlib", EVERY, urgency="unimportant")
    undecided = debian("CVE-2023-0003", "zlib", EVERY, standing=Standing.UNDETERMINED)
    index = Statements(never(CVE, "zlib"), open_, undecided)
    found = {item.name: item for item in judge(index, package("zlib1g", "1.0-1", "zlib")).findings}
    assert sorted(found) == ["CVE-2023-0002", "CVE-2023-0003"]
    assert found["CVE-2023-0002"].severity is Severity.LOW, "unimportant, whatever NVD says"
    assert "unimportant" in found["CVE-2023-0002"].description
    assert found["CVE-2023-0002"].known_fixed_version == ""
    assert found["CVE-2023-0003"].confidence == pytest.approx(0.3)
    assert "not decided" in found["CVE-2023-0003"].description


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (FixPlan.DEFERRED, "put off"),
        (FixPlan.WILL_NOT_FIX, "will not fix"),
        (FixPlan.END_OF_LIFE, "no longer looks after"),
    ],
)
def test_what_the_distribution_means_to_do_is_told(plan: FixPlan, words: str) -> None:
    found = judge(Statements(debian(CVE, "zlib", EVERY, plan=plan)), package("zlib1g", "1.0-1", "zlib")).one
    assert words in found.description
    assert words in found.reasons[0].note
    assert found.severity is Severity.HIGH


def test_fixed_in_version_zero_and_inverted_ranges_mean_nothing() -> None:
    zero = said(CVE, ("Alpine:v3.8", "db"), VersionRange(introduced="0", fixed="0"))
    inverted = said("CVE-2018-18311", ("Alpine:v3.8", "perl"), below("5.26.3-r0", introduced="5.28.0"))
    index = Statements(zero, inverted)
    found = judge(index, apk("db", "5.3-r0", release="Alpine:v3.8"), apk("perl", "5.30.0-r0", release="Alpine:v3.8"))
    assert found.names == []


def test_the_last_affected_version_is_affected_and_no_fix_is_known_of() -> None:
    index = Statements(said(CVE, ("npm", "left-pad"), upto("1.2.0")))
    found = judge(index, language("npm", "left-pad", "1.2.0", "pkg:npm/left-pad")).one
    assert found.known_fixed_version == ""
    assert "No fixed version" in found.recommended_action
    assert found.reasons[0].range == "<= 1.2.0"
    assert judge(index, language("npm", "left-pad", "1.2.1", "pkg:npm/left-pad")).names == []


def test_any_of_several_ranges_or_a_listed_version() -> None:
    ranges = (below("1.1", introduced="1.0"), below("2.3", introduced="2.0"))
    index = Statements(said(CVE, ("PyPI", "py-thing"), *ranges, versions=("3.0rc1",)))
    affected = {
        version: judge(index, language("PyPI", "Py_Thing", version, "pkg:pypi/py-thing")).names == [CVE]
        for version in ("0.9", "1.0", "1.0.5", "1.1", "1.9", "2.0", "2.3", "3.0rc1", "3.0")
    }
    assert [version for version, hit in affected.items() if hit] == ["1.0", "1.0.5", "2.0", "3.0rc1"]


def test_with_neither_ranges_nor_versions_nothing_can_be_concluded() -> None:
    index = Statements(said(CVE, ("PyPI", "thing")), debian(CVE, "zlib"))
    assert judge(index, language("PyPI", "thing", "1", "pkg:pypi/thing")).names == []
    assert judge(index, package("zlib1g", "1-1", "zlib")).names == []


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl", "version", "fixed"),
    [
        ("PyPI", "Flask.Login", "pkg:pypi/flask-login", "1.0rc1", "1.0"),
        ("npm", "@scope/thing", "pkg:npm/%40scope/thing", "1.9.0", "1.10.0"),
        ("Maven", "org.example:thing", "pkg:maven/org.example/thing", "1.0-alpha-1", "1.0"),
        ("Go", "stdlib", "pkg:golang/stdlib", "1.21.3", "1.21.4"),
        ("Go", "example.org/thing", "pkg:golang/example.org/thing", "v0.9.0", "0.10.0"),
        ("crates.io", "thing", "pkg:cargo/thing", "0.9.9", "0.10.0"),
        ("RubyGems", "thing", "pkg:gem/thing", "1.9", "1.10.0.pre1"),
        ("NuGet", "Thing.Net", "pkg:nuget/Thing.Net", "1.0", "1.0.0.1"),
        ("Packagist", "Vendor/Thing", "pkg:composer/vendor/thing", "v1.9", "1.10"),
        ("Hex", "thing", "pkg:hex/thing", "1.9.0", "1.10.0"),
        ("Pub", "thing", "pkg:pub/thing", "1.9.0", "1.10.0"),
    ],
)
def test_each_language_by_its_own_names_and_order(
    ecosystem: str, name: str, purl: str, version: str, fixed: str
) -> None:
    spelt = {"Flask.Login": "flask-login", "Thing.Net": "thing.net", "Vendor/Thing": "vendor/thing"}.get(name, name)
    index = Statements(said(CVE, (ecosystem, spelt), below(fixed)))
    assert judge(index, language(ecosystem, name, version, purl)).one.known_fixed_version == fixed
    assert judge(index, language(ecosystem, name, fixed, purl)).names == []


def test_a_cpe_says_nothing_of_a_language_s_package_unless_nothing_else_does() -> None:
    broad = cpe(CVE, "palletsprojects:flask", below("3"))
    flask = language("PyPI", "flask", "2.0", "pkg:pypi/flask", cpe="cpe:2.3:a:palletsprojects:flask:2.0:*:*:*:*:*:*:*")
    assert judge(Statements(broad, more=["PyPI"]), flask).names == []
    made_for = cpe("CVE-2023-0002", "palletsprojects:flask", below("3"), target="python")
    assert judge(Statements(made_for), flask).names == ["CVE-2023-0002"]
    assert judge(Statements(cpe(CVE, "palletsprojects:flask", below("3"), target="node.js")), flask).names == []
    fallback = judge(Statements(broad), flask)
    assert fallback.names == [CVE]
    assert fallback.one.confidence == pytest.approx(0.6)


def test_functions_that_have_to_be_used_are_named() -> None:
    index = Statements(said(CVE, ("Go", "example.org/a"), below("1.0.0"), symbols=("Parse", "Decode")))
    found = judge(index, language("Go", "example.org/a", "v0.1.0", "pkg:golang/example.org/a")).one
    assert "Parse, Decode" in found.description
    assert found.confidence < 0.95


def test_publishers_of_one_ecosystem_who_disagree() -> None:
    more = said(CVE, ("PyPI", "thing"), below("2.0"), id_="GHSA-xxxx-yyyy-zzzz")
    less = said(CVE, ("PyPI", "thing"), below("1.5"), id_="PYSEC-2023-1")
    both = judge(Statements(more, less), language("PyPI", "thing", "1.7", "pkg:pypi/thing")).one
    alone = judge(Statements(more), language("PyPI", "thing", "1.7", "pkg:pypi/thing")).one
    agreed = judge(Statements(more, less), language("PyPI", "thing", "1.2", "pkg:pypi/thing")).one
    assert both.confidence < alone.confidence == agreed.confidence
    assert "PYSEC-2023-1 does not count" in both.description
    assert [reason.record for reason in agreed.reasons] == ["GHSA-xxxx-yyyy-zzzz", "PYSEC-2023-1"]


def notice(name: str, fixed: str, id_: str = "DSA-5000-1") -> Statement:
    return debian(name, "zlib", below(fixed), source="debian-dsa", id_=id_)


def test_notices_are_shown_first_and_yield_to_what_is_said_of_the_vulnerability() -> None:
    record = debian(CVE, "zlib", below("1.2-1+deb12u1"))
    old = package("zlib1g", "1.2-1", "zlib")
    patched = package("zlib1g", "1.2-1+deb12u1", "zlib")
    found = judge(Statements(record, notice(CVE, "1.2-1+deb12u1")), old).one
    assert [reason.record for reason in found.reasons] == ["DSA-5000-1", CVE]
    assert found.known_fixed_version == "1.2-1+deb12u1"
    again = notice(CVE, "1.2-1+deb12u2", "DSA-5000-2")
    assert judge(Statements(record, again), patched).names == [], "the second notice was about something else"
    still_open = debian(CVE, "zlib", EVERY)
    assert judge(Statements(still_open, notice(CVE, "1.2-1+deb12u1")), patched).names == [], "a notice closed it"
    assert judge(Statements(notice(CVE, "1.2-1+deb12u1")), patched).names == []


def test_rejected_and_withdrawn_are_never_reported_and_disputed_are_marked() -> None:
    zlib = package("zlib1g", "1.0-1", "zlib")
    for state in (VulnerabilityState.REJECTED, VulnerabilityState.WITHDRAWN):
        assert judge(Statements(debian(CVE, "zlib", EVERY), known=[known(CVE, state=state)]), zlib).names == []
    disputed = judge(Statements(debian(CVE, "zlib", EVERY), known=[known(CVE, disputed=True)]), zlib).one
    assert "disputed" in disputed.description


def test_a_package_made_to_do_harm_is_malicious_code() -> None:
    bad = known("MAL-2024-1", malicious=True, severity=Severity.UNSPECIFIED, score=None)
    index = Statements(said("MAL-2024-1", ("npm", "evil"), versions=("1.0.0",)), known=[bad])
    found = judge(index, language("npm", "evil", "1.0.0", "pkg:npm/evil")).one
    assert (found.type, found.severity) == (FindingType.MALICIOUS_CODE, Severity.CRITICAL)
    assert found.recommended_action.startswith("Remove evil")


def test_a_build_tool_and_what_has_no_version_are_not_asked_about() -> None:
    index = Statements(debian(CVE, "zlib", EVERY))
    zlib = package("zlib1g", "1.0-1", "zlib")
    assert judge(index, replace(zlib, linkage=Linkage.BUILD)).names == []
    assert judge(index, replace(zlib, version="", source_version="")).names == []


def test_packages_of_rpm_by_source_and_by_name() -> None:
    rocky = replace(
        package("perl-Pod-Escapes", "1:1.07-460.el9", "perl", "Rocky Linux:9"),
        source_version="4:5.32.1-480.el9",
        purl="pkg:rpm/rocky-linux/perl-Pod-Escapes@1.07-460.el9",
    )
    by_source = Statements(said(CVE, ("Rocky Linux:9", "perl"), below("4:5.32.1-481.el9_3"), id_="RLSA-2023:1"))
    by_name = Statements(said(CVE, ("Rocky Linux:9", "perl-Pod-Escapes"), below("1:1.07-461.el9"), id_="RLSA-2023:2"))
    assert judge(by_source, rocky).names == [CVE], "by the source package's own version"
    assert judge(by_name, rocky).names == [CVE]


def test_repositories_that_make_up_a_release() -> None:
    rhel = replace(package("zlib", "1.2.11-31.el9", "zlib", "Red Hat"), distro="rhel-9.2", purl="pkg:rpm/redhat/zlib@1")
    red_hat = ("Red Hat:enterprise_linux:9::baseos", "zlib")
    assert judge(Statements(said(CVE, red_hat, below("0:1.2.11-35.el9"), id_="RHSA-2023:1")), rhel).names == [CVE]
    sles = replace(
        package("zlib", "1.2.11-1", "zlib", "SUSE:Linux Enterprise Server 15 SP4"), purl="pkg:rpm/suse/zlib@1.2.11-1"
    )
    module = ("SUSE:Linux Enterprise Module for Basesystem 15 SP4", "zlib")
    assert judge(Statements(said(CVE, module, below("1.2.11-2"), id_="SUSE-SU-1")), sles).names == [CVE]
    other = ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "zlib")
    assert judge(Statements(said(CVE, other, below("1.2.11-2"), id_="SUSE-SU-1")), sles).names == []
