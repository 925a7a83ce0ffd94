"""What publishers of CVEs say is affected, where NVD does not: of which products, and of which versions."""

from typing import Any

import pytest

from pellucid.advisories.feeds.nvd_affected import NOTE, affected
from pellucid.advisories.feeds.nvd_versions import Versions, versions_of
from pellucid.domain.statement import Affected, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.formats.version_order import comparator

ONE = [{"version": "1.0", "status": "affected"}]
KERNEL = "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git"


def _said(*entries: dict[str, Any]) -> tuple[Affected, ...]:
    return affected([{"source": "psirt@vendor.example", "affectedData": list(entries)}])


def _subjects(**entry: Any) -> list[Subject]:
    return [item.subject for item in _said({"versions": ONE, **entry})]


def _versions(*rows: dict[str, Any], default: str | None = None) -> Versions:
    return versions_of({"versions": list(rows), "defaultStatus": default}, comparator(""))


def _row(version: str, status: str = "affected", **fields: Any) -> dict[str, Any]:
    return {"version": version, "status": status, **fields}


def test_a_product_is_found_by_its_cpe_names() -> None:
    names = ["cpe:2.3:a:Acme:Lib:*:*:*:*:*:node.js:*:*", "cpe:/o:acme:os", "no name"]

    found = _said({"vendor": "Acme", "product": "Lib", "cpes": names, "versions": ONE})

    assert found == (
        Affected(subject=("cpe:a", "acme:lib"), versions=("1.0",), target="node.js", note=NOTE),
        Affected(subject=("cpe:o", "acme:os"), versions=("1.0",), note=NOTE),
    )


@pytest.mark.parametrize(
    ("entry", "subject"),
    [
        ({"packageURL": "pkg:npm/%40acme/lib"}, ("npm", "@acme/lib")),
        ({"packageURL": "pkg:pypi/Acme_Lib"}, ("PyPI", "acme-lib")),
        ({"packageURL": "pkg:maven/org.acme/lib"}, ("Maven", "org.acme:lib")),
        ({"collectionURL": "https://pypi.example", "packageName": "Acme.Lib"}, ("PyPI", "acme-lib")),
        ({"collectionURL": "https://registry.npmjs.example", "packageName": "@acme/lib"}, ("npm", "@acme/lib")),
        ({"collectionURL": "https://pkg.go.example", "packageName": "crypto/tls"}, ("Go", "stdlib")),
        ({"collectionURL": "https://pkg.go.example", "packageName": "cmd/go"}, ("Go", "toolchain")),
        (
            {"collectionURL": "https://pkg.go.example", "packageName": "acme.example/x/y", "vendor": "acme.example/x"},
            ("Go", "acme.example/x"),
        ),
        ({"packageURL": "pkg:github/Acme/Lib"}, ("repo", "github.com/acme/lib")),
    ],
)
def test_a_product_is_found_as_a_package(entry: dict[str, str], subject: Subject) -> None:
    assert _subjects(**entry) == [subject]


def test_a_product_is_found_by_its_repository_and_by_its_names() -> None:
    assert _subjects(vendor="The Acme", product="Big Lib", repo="https://github.com/acme/lib.git") == [
        ("repo", "github.com/acme/lib"),
        ("name", "the_acme:big_lib"),
    ]
    assert _subjects(vendor="n/a", product="Lib", repo="see website") == [("name", ":lib")]
    assert _subjects(vendor="n/a", product="n/a") == []


def test_a_collection_may_be_a_repository() -> None:
    assert _subjects(collectionURL="https://github.com/acme/lib", packageName="lib") == [
        ("repo", "github.com/acme/lib")
    ]
    assert _subjects(collectionURL="https://github.com", packageName="acme/lib") == [("repo", "github.com/acme/lib")]
    assert _subjects(collectionURL="https://[bad", packageName="acme/lib") == []


def test_builds_of_distributions_are_left_to_their_own_feeds() -> None:
    red_hat = "https://access.redhat.com/downloads/content/package-browser/"
    cpes = ["cpe:/o:redhat:enterprise_linux:10"]

    assert _said({"collectionURL": red_hat, "packageName": "ipa", "cpes": cpes, "defaultStatus": "affected"}) == ()
    assert _subjects(packageURL="pkg:deb/debian/curl", vendor="Debian", product="curl") == []


def test_plugins_say_what_they_are_made_for() -> None:
    (found,) = _said(
        {"vendor": "Acme", "product": "Lib", "collectionURL": "https://wordpress.org/plugins", "versions": ONE}
    )

    assert (found.subject, found.target) == (("name", "acme:lib"), "wordpress")


def test_symbols_matter_in_go_alone() -> None:
    routines = {"programRoutines": [{"name": "Decode"}, {"name": ""}, 7], "versions": ONE}

    assert [item.symbols for item in _said({"packageURL": "pkg:golang/acme.example/x", **routines})] == [("Decode",)]
    assert [item.symbols for item in _said({"packageURL": "pkg:npm/x", **routines})] == [()]


def test_the_version_of_a_name_counts_where_none_is_stated() -> None:
    entry = {"cpes": ["cpe:/a:acme:lib:10:rc1"], "defaultStatus": "affected"}

    assert [(item.versions, item.any_version) for item in _said(entry)] == [(("10:rc1",), False)]


def test_the_kernel_by_branch() -> None:
    """What its CNA publishes: commits, then everything that is not affected."""
    found = _said(
        {
            "vendor": "Linux",
            "product": "Linux",
            "defaultStatus": "unaffected",
            "repo": KERNEL,
            "programFiles": ["net/core/skbuff.c"],
            "versions": [_row("0110a4c43451533de1ea1bbdc57b5d452f9d8b25", lessThan="c" * 39 + "1", versionType="git")],
        },
        {
            "vendor": "Linux",
            "product": "Linux",
            "defaultStatus": "affected",
            "repo": KERNEL,
            "programFiles": ["net/core/skbuff.c"],
            "versions": [
                _row("4.20"),
                _row("0", "unaffected", lessThan="4.20", versionType="semver"),
                _row("6.6.145", "unaffected", lessThanOrEqual="6.6.*", versionType="semver"),
                _row("5.10.261", "unaffected", lessThanOrEqual="5.10.*", versionType="semver"),
                _row("7.2", "unaffected", lessThanOrEqual="*", versionType="original_commit_for_fix"),
            ],
        },
    )

    assert [item.subject for item in found] == [
        ("repo", "git.kernel.org/pub/scm/linux/kernel/git/stable/linux"),
        ("cpe:o", "linux:linux_kernel"),
    ]
    assert found[1].order == "kernel"
    for item in found:
        assert item.files == ("net/core/skbuff.c",)
        assert item.ranges == (
            VersionRange(introduced="4.20", fixed="5.10.261"),
            VersionRange(introduced="5.11", fixed="6.6.145"),
            VersionRange(introduced="6.7", fixed="7.2"),
        )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (_row("0", lessThan="2.0"), VersionRange(fixed="2.0")),
        (_row("n/a", lessThanOrEqual="2.0"), VersionRange(last_affected="2.0")),
        (_row("1.0", lessThan="2.0"), VersionRange(introduced="1.0", fixed="2.0")),
        (_row("1.0", lessThan="*"), VersionRange(introduced="1.0")),
        (_row("1.0", lessThanOrEqual="3.*"), VersionRange(introduced="1.0", fixed="4")),
        (
            _row("15.1-RELEASE", lessThan="p1", versionType="release"),
            VersionRange(introduced="15.1-RELEASE", fixed="15.1-RELEASE-p1"),
        ),
        (
            _row("6.0.0", lessThanOrEqual="6.0.46", versionType="git"),
            VersionRange(introduced="6.0.0", last_affected="6.0.46"),
        ),
        (_row("< 1.2.3"), VersionRange(fixed="1.2.3")),
        (_row(">= 1.0, <= 1.2"), VersionRange(introduced="1.0", last_affected="1.2")),
        (_row(">= 0 < 1.2"), VersionRange(fixed="1.2")),
        (_row("> 1.0"), VersionRange(after="1.0")),
        (_row("5.4.*"), VersionRange(introduced="5.4", fixed="5.5")),
        (_row("1.x"), VersionRange(introduced="1", fixed="2")),
        (_row("1.0 - 1.7"), VersionRange(introduced="1.0", last_affected="1.7")),
        (_row("from 1.0 through 1.7"), VersionRange(introduced="1.0", last_affected="1.7")),
        (_row("1.2.0-1.2.7"), VersionRange(introduced="1.2.0", last_affected="1.2.7")),
        (_row("prior to 1.7"), VersionRange(fixed="1.7")),
        (_row("1.7 and earlier"), VersionRange(last_affected="1.7")),
        (_row("up to 1.7"), VersionRange(last_affected="1.7")),
    ],
)
def test_rows_that_are_ranges(row: dict[str, Any], expected: VersionRange) -> None:
    assert _versions(row) == Versions(ranges=(expected,))


@pytest.mark.parametrize("version", ["1.0", "1.2-3.4.5", "FW950.00", "14.5(1)SU2", "2025 SP1", "V1.0.0_Beta-1"])
def test_rows_that_are_versions(version: str) -> None:
    assert _versions(_row(version)) == Versions(versions=(version,))


@pytest.mark.parametrize("version", ["*", "0", "All versions", "any"])
def test_rows_that_are_all_versions(version: str) -> None:
    assert _versions(_row(version)) == Versions(any_version=True)


@pytest.mark.parametrize(
    "row",
    [
        _row("n/a"),
        _row("-"),
        _row("Unspecified"),
        _row("1.0", "unaffected"),
        _row("1.0", "unknown"),
        _row("9c39d8c8b4c1f75540788d6b391740852ceb0732"),
        _row("0", lessThan="9c39d8c8b4c1f75540788d6b391740852ceb0732", versionType="git"),
        _row("1" * 201),
        {"version": 7, "status": "affected"},
        {},
    ],
)
def test_rows_that_say_nothing(row: dict[str, Any]) -> None:
    assert not _versions(row, default="unaffected")


def test_changes_within_a_row() -> None:
    row = _row(
        "1.0",
        lessThan="3.0",
        changes=[
            {"at": "1.4", "status": "unaffected"},
            {"at": "2.0", "status": "affected"},
            {"at": "2.2", "status": "affected"},
            {"at": "2.5", "status": "unaffected"},
        ],
    )
    healed = _row("n/a", lessThanOrEqual="3.8.14.1", changes=[{"at": "3.8.14.2", "status": "unaffected"}])

    assert _versions(row).ranges == (
        VersionRange(introduced="1.0", fixed="1.4"),
        VersionRange(introduced="2.0", fixed="2.5"),
    )
    assert _versions(healed).ranges == (VersionRange(fixed="3.8.14.2"),)


def test_everything_but_what_has_the_fix() -> None:
    fixed = _row("154", "unaffected", lessThanOrEqual="*"), _row("140.14", "unaffected", lessThanOrEqual="140.*")

    expected = (VersionRange(fixed="140.14"), VersionRange(introduced="141", fixed="154"))
    assert _versions(*fixed).ranges == expected
    assert _versions(*fixed, default="affected").ranges == expected
    assert not _versions(*fixed, default="unaffected")


def test_everything_but_one_version() -> None:
    assert _versions(_row("1.5", "unaffected"), default="affected").ranges == (
        VersionRange(fixed="1.5"),
        VersionRange(after="1.5"),
    )
    # That one version is not affected does not tell which are.
    assert not _versions(_row("1.5", "unaffected"))


def test_overlapping_rows_that_are_not_affected() -> None:
    rows = (
        _row("2.0", "unaffected", lessThan="3.0"),
        _row("2.1", "unaffected", lessThan="2.2"),
        _row("2.5", "unaffected", lessThanOrEqual="4.0"),
    )

    assert _versions(*rows, default="affected").ranges == (VersionRange(fixed="2.0"), VersionRange(after="4.0"))


def test_the_default_alone() -> None:
    assert _versions(default="affected") == Versions(any_version=True)
    assert not _versions(default="unknown")
    assert not _versions()


def test_rows_that_are_affected_say_more_than_the_default() -> None:
    assert _versions(_row("0", lessThan="2.0"), default="affected").ranges == (VersionRange(fixed="2.0"),)
