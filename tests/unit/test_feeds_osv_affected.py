"""What entries of `affected` in OSV records mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.feed_osv import package, repository

from pellucid.advisories.feeds.osv_affected import affected_of, unresolved
from pellucid.domain.statement import Affected, FixPlan, Standing
from pellucid.domain.version_range import VersionRange

CPE = "cpe:2.3:a:acme:to\\+ol:*:*:*:*:*:*:*:*"


def only(entry: dict[str, Any]) -> Affected:
    (found,) = affected_of(entry)
    return found


def test_zero_is_the_beginning_and_no_end_is_open() -> None:
    assert only(package("Debian:12", "tool", "introduced 0")).ranges == (VersionRange(),)
    assert only(package("PyPI", "To_ol", "introduced 0", "fixed 1.2")) == Affected(
        subject=("PyPI", "to-ol"), ranges=(VersionRange(fixed="1.2"),)
    )


def test_events_are_sorted_before_they_are_swept() -> None:
    entry = package("Go", "example.org/tool", "introduced 2.0.0", "fixed 1.3.0", "introduced 0", "fixed 2.1.0")
    assert only(entry).ranges == (VersionRange(fixed="1.3.0"), VersionRange(introduced="2.0.0", fixed="2.1.0"))


def test_the_last_affected_version_is_affected() -> None:
    assert only(package("Maven", "a:b", "introduced 1.0", "last_affected 1.4")).ranges == (
        VersionRange(introduced="1.0", last_affected="1.4"),
    )


def test_fixed_in_nothing_means_never_affected() -> None:
    found = only(package("Alpine:v3.8", "db", "introduced 0", "fixed 0"))
    assert (found.standing, found.any_version, found.ranges) == (Standing.NOT_AFFECTED, True, ())


def test_inverted_ranges_say_nothing() -> None:
    assert list(affected_of(package("Alpine:v3.8", "perl", "introduced 5.28.0", "fixed 5.26.3-r0"))) == []


def test_neither_ranges_nor_versions_say_nothing() -> None:
    assert list(affected_of(package("OSS-Fuzz", "tool"))) == []
    assert list(affected_of(package("npm", "tool", versions=[]))) == []


def test_versions_alone() -> None:
    found = only(package("npm", "evil", versions=["77.77.79", 5, ""]))
    assert (found.ranges, found.versions) == ((), ("77.77.79",))


def test_listed_versions_that_the_ranges_hold_say_nothing_more() -> None:
    listed = only(package("PyPI", "tool", "introduced 1.8a1", "fixed 1.8.18", versions=["1.8rc1", "1.8.1", "1.9.dev0"]))
    assert listed.versions == ("1.9.dev0",)
    assert only(package("Debian:12", "tool", "introduced 0", "fixed 2", versions=["1", "9"])).versions == ()


@pytest.mark.parametrize("urgency", ["unimportant", "end-of-life", "not yet assigned"])
def test_urgency(urgency: str) -> None:
    found = only(package("Debian:12", "tool", "introduced 0", ecosystem_specific={"urgency": urgency}))
    assert found.urgency == urgency
    assert found.plan is (FixPlan.END_OF_LIFE if urgency == "end-of-life" else FixPlan.NONE)


def test_symbols_of_go_and_rust() -> None:
    imports = [{"path": "a.b/c", "symbols": ["Do", "T.Close"]}, {"path": "a.b/d"}]
    go = package("Go", "a.b", "introduced 0", ecosystem_specific={"imports": imports})
    assert only(go).symbols == ("a.b/c.Do", "a.b/c.T.Close", "a.b/d")
    rust = package("crates.io", "a", "introduced 0", ecosystem_specific={"affects": {"functions": ["a::b"]}})
    assert only(rust).symbols == ("a::b",)


def test_the_numbers_of_a_project_that_are_not_those_of_its_module() -> None:
    custom = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.9.0"}]}]
    found = only(package("Go", "k8s.io/x", "introduced 0", ecosystem_specific={"custom_ranges": custom}))
    assert found.ranges == (VersionRange(),)
    assert "1.9.0" in found.note


def test_a_bound_beside_an_open_range() -> None:
    entry = package("npm", "t", "introduced 0", database_specific={"last_known_affected_version_range": "< 4.0.0"})
    assert only(entry).ranges == (VersionRange(fixed="4.0.0"),)
    assert "4.0.0" in only(entry).note
    closed = package(
        "npm", "t", "introduced 0", "fixed 4.1.0", database_specific={"last_known_affected_version_range": "<= 4.0.0"}
    )
    assert only(closed).ranges == (VersionRange(fixed="4.1.0"),)


def test_a_repository_has_tags() -> None:
    assert only(repository("https://github.com/Acme/Tool.git", "v1.0", "1_35_0")) == Affected(
        subject=("repo", "github.com/acme/tool"), versions=("v1.0", "1_35_0")
    )
    assert list(affected_of(repository("https://github.com/acme/tool"))) == []


def test_a_project_that_is_fuzzed_is_a_package_and_a_repository() -> None:
    entry = package("OSS-Fuzz", "tool") | repository("https://example.org/tool", "v1")
    assert [item.subject for item in affected_of(entry)] == [("OSS-Fuzz", "tool"), ("repo", "example.org/tool")]


def test_commits_of_a_package_are_not_its_versions() -> None:
    entry = package("PyPI", "tool", versions=["9.1"])
    entry["ranges"] = repository("https://example.org/tool")["ranges"]
    assert [item.subject for item in affected_of(entry)] == [("PyPI", "tool")]


@pytest.mark.parametrize("key", ["extracted_events", "versions"])
def test_what_the_ranges_of_commits_were_found_by(key: str) -> None:
    events = [{"introduced": "1.0"}, {"fixed": "1.4"}]
    found = list(affected_of(repository("https://example.org/tool", "v1.1", **{key: events, "cpe": CPE})))
    ranges = (VersionRange(introduced="1.0", fixed="1.4"),)
    assert found == [
        Affected(subject=("repo", "example.org/tool"), ranges=ranges, versions=("v1.1",)),
        Affected(subject=("cpe:a", "acme:to+ol"), ranges=ranges),
    ]


def test_ranges_that_no_commits_were_found_for() -> None:
    item = {"source": "CPE_STRING", "cpes": [CPE], "extracted_events": [{"introduced": "0"}, {"fixed": "24.07"}]}
    specific = {"unresolved_ranges": [item, {"extracted_events": [{"introduced": "0"}]}, {"cpes": [CPE]}]}
    assert list(unresolved(specific)) == [
        Affected(subject=("cpe:a", "acme:to+ol"), ranges=(VersionRange(fixed="24.07"),))
    ]
    assert list(affected_of({"database_specific": specific})) == list(unresolved(specific))


def test_software_as_its_authors_release_it() -> None:
    entry = package("", "", "introduced 1.0.1", "fixed 1.0.1g")
    del entry["package"]
    entry["database_specific"] = {"upstream": {"vendor": "openssl", "product": "openssl"}}
    assert only(entry) == Affected(
        subject=("cpe:a", "openssl:openssl"), ranges=(VersionRange(introduced="1.0.1", fixed="1.0.1g"),)
    )


def test_names_that_are_no_cpe_are_left_out() -> None:
    item = {"cpes": ["cpe:2.3:a:acme:*", "", CPE, CPE], "extracted_events": [{"introduced": "0"}, {"fixed": "2"}]}
    found = list(unresolved({"unresolved_ranges": [item]}))
    assert [said.subject for said in found] == [("cpe:a", "acme:to+ol")]


KEYS = (
    *("package", "ecosystem", "name", "ranges", "type", "events", "introduced", "fixed", "versions", "repo"),
    *("database_specific", "unresolved_ranges", "ecosystem_specific", "imports", "custom_ranges", "cpes"),
)
WORDS = ("0", "GIT", "SEMVER", "Debian:1", "1.2")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["package", "ranges", "versions", "database_specific"]), JSON))
def test_no_entry_breaks_it(entry: dict[str, Any]) -> None:
    assert all(item.ranges or item.versions or item.any_version for item in affected_of(entry))
