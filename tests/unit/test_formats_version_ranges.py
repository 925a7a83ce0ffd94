"""Which versions a statement means: in ranges, listed, of products of the CPE dictionary, and known by bounds only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.domain.statement import Affected, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.formats.version_order import openssl, upstream
from pellucid.formats.version_order.alpine import apk
from pellucid.formats.version_order.debian import dpkg
from pellucid.formats.version_order.linux_kernel import kernel
from pellucid.formats.version_order.semantic import semver
from pellucid.formats.version_ranges import (
    Verdict,
    affects,
    contains,
    fixed_version,
    may_affect,
    order_of,
    ranges_of,
)

NPM: Subject = ("npm", "left-pad")
OPENSSH: Subject = ("cpe:a", "openbsd:openssh")


def span(introduced: str = "", fixed: str = "", *, after: str = "", last: str = "") -> VersionRange:
    return VersionRange(introduced=introduced, fixed=fixed, after=after, last_affected=last)


def stated(*ranges: VersionRange, subject: Subject = NPM, versions: tuple[str, ...] = ()) -> Affected:
    return Affected(subject=subject, ranges=ranges, versions=versions)


def test_events_may_come_in_any_order() -> None:
    events = [{"fixed": "3.0.7"}, {"introduced": "3.0.0"}, {"introduced": "1.0.1"}, {"fixed": "1.0.1g"}]
    assert ranges_of(events, upstream) == (span("1.0.1", "1.0.1g"), span("3.0.0", "3.0.7"))


@pytest.mark.parametrize(
    ("events", "ranges"),
    [
        ([{"introduced": "0"}, {"fixed": "0"}], ()),
        ([{"introduced": "5.28.0"}, {"fixed": "5.26.3-r0"}], ()),
        ([{"introduced": "5.28.0"}, {"fixed": "5.28.0"}], ()),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], (span(fixed="1.0"), span("2.0"))),
        ([{"introduced": "0"}, {"last_affected": "1.35.0"}], (span(last="1.35.0"),)),
        ([{"introduced": "1.35.0"}, {"last_affected": "1.35.0"}], (span("1.35.0", last="1.35.0"),)),
        ([{"fixed": "1.0"}], ()),
        ([], ()),
    ],
)
def test_what_events_say(events: list[dict[str, str]], ranges: tuple[VersionRange, ...]) -> None:
    assert ranges_of(events, apk) == ranges


@pytest.mark.parametrize(
    ("item", "inside", "outside"),
    [
        (span("1.0", "2.0"), ["1.0", "1.9.9", "2.0-rc.1"], ["0.9", "2.0", "2.1"]),
        (span("0", "2.0"), ["0.0.0-alpha", "1.0"], ["2.0"]),
        (span(last="2.0"), ["0.1", "2.0"], ["2.0.1"]),
        (span(after="1.0", last="2.0"), ["1.0.1", "2.0"], ["1.0", "2.0.1"]),
        (span("1.0"), ["1.0", "99"], ["0.9"]),
        (span("0", "0"), [], ["0", "1"]),
        (span("3.0", "2.0"), [], ["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ],
)
def test_what_lies_in_a_range(item: VersionRange, inside: list[str], outside: list[str]) -> None:
    assert [version for version in (*inside, *outside) if contains(item, version, semver)] == inside


def test_the_verdict_says_what_decided() -> None:
    first, second = span("1.0", "1.5"), span("2.0", "2.5")
    statement = stated(first, second, versions=("1.7.0",))
    assert affects(statement, "2.1") == Verdict(range=second)
    assert affects(statement, "1.7") == Verdict(listed="1.7.0")
    assert not affects(statement, "1.6")
    everything = Affected(subject=NPM, any_version=True)
    assert affects(everything, "1.6") == Verdict(any_version=True)
    assert not affects(stated(), "1.0")


@pytest.mark.parametrize(
    ("subject", "listed", "version", "meant"),
    [
        (("PyPI", "django"), "1.0", "1.0.0", True),
        (("Hackage", "aeson"), "1.0", "1.0.0", False),
        (("Maven", "a:b"), "1.0.RELEASE", "1.0", True),
        (("Debian:12", "curl"), "7.88.1-1", "0:7.88.1-1", True),
        (("repo", "github.com/curl/curl"), "curl-7_61_0", "7.61.0", True),
        (("repo", "github.com/curl/curl"), "mysql-5.0.1", "5.0.1", False),
        (("repo", "github.com/curl/curl"), "before_the_change", "", False),
    ],
)
def test_listed_versions_are_compared_as_the_ecosystem_does(
    subject: Subject, listed: str, version: str, meant: bool
) -> None:
    verdict = affects(stated(subject=subject, versions=("0.0.1", listed)), version)
    assert verdict.listed == (listed if meant else "")


@pytest.mark.parametrize(
    ("listed", "meant", "not_meant"),
    [
        ("9.3", ["9.3", "9.3p1", "9.3p2", "9.3-rc1"], ["9.2", "9.3.1", "9.30"]),
        ("9.3:-", ["9.3"], ["9.3p1", "9.3-rc1"]),
        ("9.3:p1", ["9.3p1", "9.3-P1", "9.3_p1"], ["9.3", "9.3p2", "9.3-rc1"]),
        ("3.0.2p1", ["3.0.2p1"], ["3.0.2", "3.0.2p2"]),
        ("1.2:rc3", ["1.2-rc3", "1.2rc3", "1.2.0-rc3"], ["1.2", "1.2-rc2"]),
        ("9.0.0:milestone4", ["9.0.0.M4", "9.0.0-M4"], ["9.0.0", "9.0.4"]),
        ("1.8.14:patch1", ["1.8.14p1"], ["1.8.14"]),
        ("4.2.8:p2-rc2", ["4.2.8p2-RC2"], ["4.2.8p2", "4.2.8"]),
        ("1.0.1", ["1.0.1", "1.0.1-beta1"], ["1.0.1g"]),
        ("3.0.23:a", ["3.0.23a"], ["3.0.23", "3.0.23b"]),
        ("-", ["-", ""], ["1.0"]),
    ],
)
def test_versions_with_updates(listed: str, meant: list[str], not_meant: list[str]) -> None:
    statement = stated(subject=OPENSSH, versions=(listed,))
    assert [version for version in (*meant, *not_meant) if affects(statement, version)] == meant


def test_the_bounds_of_a_product_are_releases() -> None:
    up_to, below = stated(span(last="9.3"), subject=OPENSSH), stated(span(fixed="9.3"), subject=OPENSSH)
    assert affects(up_to, "9.3p2")
    assert not affects(up_to, "9.3.1")
    assert affects(below, "9.2p1")
    assert not affects(below, "9.3p2")
    patched = stated(span(last="4.2.8:p9"), subject=OPENSSH)
    assert affects(patched, "4.2.8p9")
    assert not affects(patched, "4.2.8p10")
    assert affects(stated(span("1.2", "1.3"), subject=OPENSSH), "1.2-rc3")
    assert not affects(stated(span("1.2", "1.3")), "1.2.0-rc.3")


@pytest.mark.parametrize("version", ["", "-"])
def test_what_has_no_version_is_in_no_range(version: str) -> None:
    assert not affects(stated(span(fixed="9.3"), subject=OPENSSH), version)


@pytest.mark.parametrize(
    ("product", "item", "version", "meant"),
    [
        ("linux:linux_kernel", span("4.14", "4.14.290"), "4.14.289-openwrt", True),
        ("linux:linux_kernel", span("4.14", last="4.14.289"), "4.14.289-openwrt", True),
        ("linux:linux_kernel", span("4.14", "4.14.290"), "4.14.290-openwrt", False),
        ("openssl:openssl", span("1.0.2", "1.0.2zd"), "1.0.2z-fips", True),
        ("gnu:bash", span(last="4.3"), "4.3.30(1)-release", True),
        ("gnu:bash", span(last="4.3"), "4.4.0", False),
        ("lwip_project:lwip", span(last="2.1.2"), "STABLE-2_1_2", True),
        ("tianocore:edk2", span(fixed="202211"), "edk2-stable202208", True),
        ("tianocore:edk2", span(fixed="edk2-stable202211"), "202211", False),
        ("denx:u-boot", span(last="2019.07"), "2019.07-00012-g0123456789-dirty", True),
        ("denx:u-boot", span("2019.07"), "v2019.04-rc4", False),
    ],
)
def test_products_with_ways_of_their_own(product: str, item: VersionRange, version: str, meant: bool) -> None:
    assert bool(affects(stated(item, subject=("cpe:a", product)), version)) is meant


@pytest.mark.parametrize("version", ["1.8.0_292", "1.8.0_292-b10", "8u292"])
def test_java_counts_in_two_ways(version: str) -> None:
    jdk = ("cpe:a", "oracle:jdk")
    assert affects(stated(subject=jdk, versions=("1.8.0:update_292",)), version)
    assert affects(stated(subject=jdk, versions=("8:update292",)), version)
    assert not affects(stated(subject=jdk, versions=("1.8.0:update_291", "1.7.0:update_292")), version)


@pytest.mark.parametrize(
    ("subject", "stated_order", "expected"),
    [
        (NPM, "", semver),
        (("Debian:12", "curl"), "", dpkg),
        (("Debian:12", "curl"), "semver", semver),
        (OPENSSH, "", upstream),
        (("cpe:o", "linux:linux_kernel"), "", kernel),
        (("cpe:a", "openssl:openssl"), "", openssl),
        (("repo", "github.com/openssl/openssl"), "", openssl),
        (("repo", "github.com/curl/curl"), "semver", semver),
    ],
)
def test_the_order_of_a_statement(subject: Subject, stated_order: str, expected: object) -> None:
    assert order_of(Affected(subject=subject, order=stated_order)) is expected


@pytest.mark.parametrize(
    ("version", "fix"),
    [("1.2", "1.5"), ("0.9", "1.5"), ("1.6", "2.5"), ("2.4", "2.5"), ("2.5", ""), ("2.7", "")],
)
def test_the_first_fix_that_is_not_affected(version: str, fix: str) -> None:
    statement = stated(span("1.0", "1.5"), span("1.8", "2.2"), span("2.1", "2.5"), span("2.7", last="2.8"))
    assert fixed_version(statement, version) == fix


def test_a_fix_of_a_product_with_ways_of_its_own() -> None:
    edk2 = ("cpe:a", "tianocore:edk2")
    statement = stated(span(fixed="edk2-stable202011"), span("202105", "edk2-stable202211"), subject=edk2)
    assert fixed_version(statement, "202008") == "edk2-stable202011"
    assert fixed_version(statement, "edk2-stable202208") == "edk2-stable202211"
    assert fixed_version(statement, "202211") == ""


def test_no_fix_is_known_of_an_open_range() -> None:
    assert fixed_version(stated(span("1.0")), "1.2") == ""
    assert fixed_version(stated(span("0", "0")), "1.2") == ""


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("vers:generic/>=1.2|<1.5", "yes"),
        (">=1.0|<1.5", "yes"),
        (">=1.0|<=2.0", "yes"),
        (">=1.0|<=2.1", "maybe"),
        (">1.0|<2.0", "yes"),
        ("<2.0", "maybe"),
        (">=1.2", "maybe"),
        ("<1.0", "no"),
        ("<=1.0", "maybe"),
        (">2.0|<3.0", "no"),
        (">=2.0|<3.0", "maybe"),
        (">2.0|<4.0", "maybe"),
        ("=1.7", "yes"),
        ("=2.7", "no"),
        (">=1.8|<=1.2", "maybe"),
        (">=1|>=2", "maybe"),
        ("whatever", "maybe"),
        ("", "maybe"),
    ],
)
def test_of_a_version_the_interval_is_known(known: str, expected: str) -> None:
    statement = stated(span("1.0", "1.5"), span("1.5", last="2.0"), span("9", "8"), span("0", "0"), versions=("3.5.0",))
    assert may_affect(statement, known) == expected


def test_an_interval_among_updates_of_a_release() -> None:
    assert may_affect(stated(span(last="9.3"), subject=OPENSSH), ">=9.3p1|<9.4") == "maybe"
    assert may_affect(stated(span(last="9.3"), subject=OPENSSH), ">=9.4") == "no"
    assert may_affect(stated(versions=("9.3:p1",), subject=OPENSSH), ">=9.3|<9.4") == "maybe"
    assert may_affect(stated(versions=("9.3:p1",), subject=OPENSSH), ">9.3p1|<9.4") == "no"


def test_an_interval_in_open_ranges() -> None:
    assert may_affect(stated(span("1.0")), ">=1.2") == "yes"
    assert may_affect(stated(span()), "<1.2") == "yes"
    assert may_affect(stated(), "<1.2") == "no"
    assert may_affect(Affected(subject=NPM, any_version=True), "<1.2") == "yes"


VERSIONS = st.text(st.sampled_from("012.-ap~"), max_size=6)
SPANS = st.builds(VersionRange, introduced=VERSIONS, after=VERSIONS, fixed=VERSIONS, last_affected=VERSIONS)


@given(st.lists(SPANS, max_size=4), st.sampled_from([OPENSSH, NPM, ("Debian:12", "x")]), VERSIONS, VERSIONS, VERSIONS)
def test_what_is_said_of_an_interval_holds_for_its_versions(
    spans: list[VersionRange], subject: Subject, low: str, high: str, version: str
) -> None:
    statement = stated(*spans, subject=subject)
    order = order_of(statement)
    said = may_affect(statement, f">={low}|<{high}")
    # "-" says that no version applies.
    if version not in ("", "-") and order(low, version) <= 0 and order(version, high) < 0:
        assert said != "no" or not affects(statement, version) or subject == OPENSSH
        assert said != "yes" or affects(statement, version)


@given(st.lists(st.tuples(st.sampled_from(["introduced", "fixed", "last_affected"]), VERSIONS), max_size=8), VERSIONS)
def test_ranges_of_any_events_do_not_overlap(events: list[tuple[str, str]], version: str) -> None:
    found = ranges_of([{kind: bound} for kind, bound in events], dpkg)
    assert sum(contains(item, version, dpkg) for item in found) <= 1


def test_long_lists_are_read_once() -> None:
    statement = stated(versions=tuple(f"1.{number}.0" for number in range(20_000)))
    assert all(affects(statement, f"1.{number}").listed == f"1.{number}.0" for number in range(0, 20_000, 40))
