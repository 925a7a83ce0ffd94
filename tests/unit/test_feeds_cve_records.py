"""Records in the format of the CVE programme, and the files of the list, of Vulnrichment and of OpenSSL."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.feed_osv import CISA, CNA, cisa, cve, raw, tar_of, zip_of

from pellucid.advisories.feeds import cve_list, openssl, osv, vulnrichment
from pellucid.advisories.feeds.cve_record import record_of
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord, Affected, FixPlan
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import KnownExploited, Reference, Ssvc, VulnerabilityState
from pellucid.errors import Malformed

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
KERNEL = "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git"


def understood(cna: dict[str, Any], *adp: dict[str, Any], **about: Any) -> AdvisoryRecord:
    return record_of(raw(cve("CVE-2024-1234", cna, *adp, **about)))


def product(vendor: str, name: str, *versions: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"affected": [{"vendor": vendor, "product": name, "versions": list(versions), **fields}]}


def affected(**row: str) -> dict[str, str]:
    return {"status": "affected", **row}


def test_a_record() -> None:
    found = understood(
        {
            "title": "Tool breaks",
            "tags": ["disputed"],
            "metrics": [{"format": "CVSS", "cvssV3_1": {"vectorString": V31, "baseSeverity": "LOW"}}],
            "problemTypes": [{"descriptions": [{"lang": "en", "cweId": "CWE-23", "description": "x"}]}],
        }
    )
    assert (found.id, found.title, found.description) == ("CVE-2024-1234", "Tool breaks", "It breaks.")
    assert (found.disputed, found.state, found.weaknesses) == (True, VulnerabilityState.LIVE, ("CWE-23",))
    assert found.published == datetime(2024, 2, 27, 18, 40, 25, 615000, tzinfo=UTC)
    assert [(item.source, item.version, item.score) for item in found.ratings] == [(CNA, "3.1", 7.5)]
    assert found.references == (Reference(url="https://example.org/fix", kind="FIX"),)


def test_what_cisa_adds() -> None:
    options = ({"Exploitation": "active"}, {"Automatable": "no"}, {"Technical Impact": "total"})
    added = cisa(
        *options,
        affected=[
            {
                "vendor": "a",
                "product": "b",
                "cpes": ["cpe:2.3:o:a:b:*:*:*:*:*:*:*:*"],
                "versions": [affected(version="0", lessThan="2")],
            }
        ],
        problemTypes=[{"descriptions": [{"lang": "en", "description": "CWE-416 Use After Free"}]}],
    )
    added["metrics"] += [
        {"cvssV3_1": {"vectorString": V31}},
        {"other": {"type": "kev", "content": {"dateAdded": "2024-09-17"}}},
    ]
    found = understood({}, {"title": "CVE Program Container", "references": []}, added)
    assert found.ssvc == Ssvc(exploitation="active", automatable=False, technical_impact="total")
    assert found.kev == KnownExploited(added=date(2024, 9, 17))
    assert [item.source for item in found.ratings] == [CISA]
    assert found.weaknesses == ("CWE-416",)
    assert found.affected == (Affected(subject=("cpe:o", "a:b"), ranges=(VersionRange(fixed="2"),)),)


def test_only_cisa_says_what_cisa_decides() -> None:
    forged = cisa({"Exploitation": "active"})
    forged["providerMetadata"] = {"orgId": CNA}
    assert understood({}, forged).ssvc is None


def test_words_of_a_publisher() -> None:
    other = {"type": "https://example.org/policy", "content": {"text": "Low"}}
    (found,) = understood({"metrics": [{"format": "other", "other": other}]}).ratings
    assert (found.word, found.score) == (Severity.LOW, None)


def test_a_kernel_record_by_branches() -> None:
    entry = {
        "vendor": "Linux",
        "product": "Linux",
        "repo": KERNEL,
        "defaultStatus": "affected",
        "programFiles": ["drivers/thermal/cpufreq_cooling.c"],
        "versions": [
            {"status": "affected", "version": "5.8"},
            {"status": "unaffected", "version": "0", "lessThan": "5.8", "versionType": "semver"},
            {"status": "unaffected", "version": "5.10.36", "lessThanOrEqual": "5.10.*", "versionType": "semver"},
            {
                "status": "unaffected",
                "version": "5.13",
                "lessThanOrEqual": "*",
                "versionType": "original_commit_for_fix",
            },
        ],
    }
    commits = {
        **entry,
        "defaultStatus": "unaffected",
        "versions": [affected(version="371a3bc79c11", lessThan="c24a20912eef", versionType="git")],
    }
    found = {item.subject: item for item in understood({"affected": [commits, entry]}).affected}
    kernel = found["cpe:o", "linux:linux_kernel"]
    assert kernel.ranges == (
        VersionRange(introduced="5.8", fixed="5.10.36"),
        VersionRange(introduced="5.11", fixed="5.13"),
    )
    assert (kernel.order, kernel.files) == ("kernel", ("drivers/thermal/cpufreq_cooling.c",))
    assert set(found) == {
        ("cpe:o", "linux:linux_kernel"),
        ("repo", "git.kernel.org/pub/scm/linux/kernel/git/stable/linux"),
    }


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"packageName": "Some_Tool", "collectionURL": "https://pypi.example"}, ("PyPI", "some-tool")),
        ({"packageURL": "pkg:npm/%40acme/tool"}, ("npm", "@acme/tool")),
        ({"repo": "https://github.com/Acme/Tool.git"}, ("repo", "github.com/acme/tool")),
        ({}, ("name", "acme_inc:the_tool")),
    ],
)
def test_what_has_no_cpe(fields: dict[str, Any], subject: tuple[str, str]) -> None:
    found = understood(product("Acme Inc", "The Tool", affected(version="1.0", lessThan="1.4"), **fields))
    assert {item.subject: item.ranges for item in found.affected}[subject] == (
        VersionRange(introduced="1.0", fixed="1.4"),
    )


def test_what_names_nothing_says_nothing() -> None:
    assert understood(product("n/a", "n/a", affected(version="n/a"))).affected == ()


def test_no_support() -> None:
    found = understood({"tags": ["unsupported-when-assigned"], **product("a", "b", affected(version="1.0"))})
    assert [(item.plan, item.versions) for item in found.affected] == [(FixPlan.END_OF_LIFE, ("1.0",))]


def test_configurations_of_a_cna() -> None:
    match = {"vulnerable": True, "criteria": "cpe:2.3:a:a:b:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.0"}
    applicability = [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [match]}]}]
    (found,) = understood({"cpeApplicability": applicability}).affected
    assert (found.subject, found.ranges) == (("cpe:a", "a:b"), (VersionRange(fixed="2.0"),))


def test_a_name_that_was_taken_back() -> None:
    found = understood(
        {"rejectedReasons": [{"lang": "en", "value": "Not used."}], **product("a", "b", affected(version="1"))},
        state="REJECTED",
    )
    assert (found.state, found.description, found.affected) == (VulnerabilityState.REJECTED, "Not used.", ())


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"{}",
        raw({"dataType": "CVE_RECORD"}),
        raw(cve("CVE-2024-1", {})),
        raw(cve("CVE-2024-1234", {}, state="?")),
    ],
)
def test_what_is_no_record(content: bytes) -> None:
    with pytest.raises(Malformed):
        record_of(content)


KEYS = (
    *("affected", "metrics", "problemTypes", "references", "descriptions", "tags", "cpeApplicability", "versions"),
    *("version", "lessThan", "status", "changes", "other", "content", "type", "options", "providerMetadata", "orgId"),
)
JSON = st.recursive(
    st.none()
    | st.integers()
    | st.sampled_from(["affected", "0", "*", "1.*", "ssvc", "kev", CISA])
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.lists(JSON, max_size=2))
def test_no_container_breaks_it(cna: dict[str, Any], adp: list[Any]) -> None:
    assert understood(cna, *adp).id == "CVE-2024-1234"


RECORD = raw(cve("CVE-2024-1234", product("openssl", "openssl", affected(version="1.0.2", lessThan="1.0.2zd"))))


def test_vulnrichment(tmp_path: Path) -> None:
    members = {"vulnrichment-develop/2024/1xxx/CVE-2024-1234.json": RECORD, "vulnrichment-develop/a.json": b"{}"}
    path = tar_of(tmp_path / "develop.tar.gz", members)
    (found,) = vulnrichment.FEED.read(path)
    assert found.record == vulnrichment.FEED.normalise("vulnrichment", found.raw)
    first = path.read_bytes()[:4096]
    assert vulnrichment.FEED.recognise(path, first) == "vulnrichment"
    assert [feed.recognise(path, first) for feed in (openssl.FEED, cve_list.FEED, osv.FEED)] == ["", "", ""]


def test_openssl(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "main.tar.gz", {"secjson/CVE-2024-1234.json": RECORD, "secjson/statements.json": b"{}"})
    (found,) = openssl.FEED.read(path)
    assert found.record is not None
    ranges = (VersionRange(introduced="1.0.2", fixed="1.0.2zd"),)
    assert found.record.affected == (Affected(subject=("cpe:a", "openssl:openssl"), ranges=ranges, order="openssl"),)
    assert openssl.FEED.recognise(path, b"") == "openssl"


def test_the_list_of_a_day_is_a_zip_in_a_zip(tmp_path: Path) -> None:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cves/2024/1xxx/CVE-2024-1234.json", RECORD)
        archive.writestr("cves/delta.json", "{}")
    path = zip_of(tmp_path / "2026-01-01_all_CVEs_at_midnight.zip.zip", {"cves.zip": inside.getvalue()})
    assert [item.id for item in cve_list.FEED.read(path)] == ["CVE-2024-1234"]
    assert cve_list.FEED.recognise(path, path.read_bytes()[:4096]) == "cvelist"


@pytest.mark.parametrize("name", ["deltaCves/CVE-2024-1234.json", "cvelistV5-main/cves/2024/1xxx/CVE-2024-1234.json"])
def test_lists_in_one_zip(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "list.zip", {name: RECORD, "README.md": b""})
    (found,) = cve_list.FEED.read(path)
    assert cve_list.FEED.normalise("cvelist", found.raw) == found.record
    first = path.read_bytes()[:4096]
    assert (cve_list.FEED.recognise(path, first), osv.FEED.recognise(path, first)) == ("cvelist", "")


def test_who_publishes_the_cve_knows_the_product_best() -> None:
    """CISA's copies of versions may be mixed up; what nobody has named before them counts."""
    name = "cpe:2.3:a:isc:bind:*:*:*:*:*:*:*:*"
    cna = product("ISC", "BIND 9", affected(version="9.16.0", lessThanOrEqual="9.16.50"))
    copied = product("isc", "bind", affected(version="9.11.4", lessThanOrEqual="9.16.50"), cpes=[name])
    unstated = product("ISC", "BIND 9", affected(version="n/a"))
    everything = product("ISC", "BIND 9", affected(version="*"))
    own, other = (
        VersionRange(introduced="9.16.0", last_affected="9.16.50"),
        VersionRange(introduced="9.11.4", last_affected="9.16.50"),
    )

    for container, expected in ((cna, [own]), (unstated, [other]), (everything, [other])):
        found = understood(container, copied).affected
        assert [item for stated in found for item in stated.ranges] == expected
        assert {item.subject for item in found} == {("cpe:a", "isc:bind")}
