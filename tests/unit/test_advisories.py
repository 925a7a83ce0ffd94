"""Vulnerability data: records, catalogues, files, and the index made of them."""

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matchers.inventories import package, upstream

from pellucid.advisories.cvss import base_score
from pellucid.advisories.kev import catalogue_of, moment
from pellucid.advisories.loader import bundled, load
from pellucid.advisories.osv import advisories_of
from pellucid.domain.advisory import AffectedRange
from pellucid.domain.severity import Severity
from pellucid.errors import Malformed

UPSTREAM: dict[str, Any] = {
    "id": "CVE-2020-0001",
    "modified": "2024-05-06T07:08:09Z",
    "summary": "It breaks.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            "database_specific": {"upstream": {"vendor": "acme", "product": "tool"}},
        }
    ],
    "references": [{"type": "ADVISORY", "url": "https://example.org/1"}],
}
DEBIAN: dict[str, Any] = {
    "id": "DEBIAN-CVE-2020-0001",
    "modified": "2024-01-01T00:00:00Z",
    "upstream": ["CVE-2020-0001"],
    "affected": [
        {
            "package": {"ecosystem": "Debian:12", "name": "tool"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-2"}]}],
        }
    ],
}
KEV: dict[str, Any] = {
    "catalogVersion": "2026.01.02",
    "dateReleased": "2026-01-02T03:04:05.6789Z",
    "vulnerabilities": [{"cveID": "CVE-2020-0001", "dateAdded": "2021-11-03"}],
}


def test_an_upstream_record() -> None:
    (found,) = advisories_of(UPSTREAM)
    assert (found.ecosystem, found.vendor, found.product) == ("", "acme", "tool")
    assert found.ranges == (AffectedRange(fixed="2.0"),)
    assert found.cvss_score == 9.8
    assert found.severity is Severity.CRITICAL
    assert found.references == ("https://example.org/1",)


def test_a_record_of_a_distribution_names_its_cve() -> None:
    (found,) = advisories_of(DEBIAN)
    assert (found.ecosystem, found.product, found.cve) == ("Debian:12", "tool", "CVE-2020-0001")


def test_a_notice_on_two_cves_is_two_statements() -> None:
    found = advisories_of(DEBIAN | {"id": "DSA-1", "upstream": ["CVE-2020-0001", "CVE-2020-0002"]})
    assert [item.cve for item in found] == ["CVE-2020-0001", "CVE-2020-0002"]


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn": "2024-01-01T00:00:00Z"},
        {"affected": []},
        {"affected": [{"package": {"ecosystem": "GIT", "name": "x"}, "versions": ["1"]}]},
        {"affected": [{"versions": ["1"]}]},
        {"affected": [{"package": {"ecosystem": "Debian:12", "name": "tool"}}]},
        {"affected": [{"package": {"ecosystem": "Debian:12", "name": "tool"}, "ranges": [{"type": "GIT"}]}]},
    ],
)
def test_records_that_say_nothing_about_a_version(change: dict[str, Any]) -> None:
    assert advisories_of(UPSTREAM | change) == ()


def test_a_word_stands_in_for_a_missing_score() -> None:
    (found,) = advisories_of(UPSTREAM | {"severity": [], "database_specific": {"severity": "MODERATE"}})
    assert (found.cvss_score, found.severity) == (None, Severity.MEDIUM)


@pytest.mark.parametrize("record", [None, [], {}, {"id": 5}, {"id": ""}])
def test_what_is_no_record_is_malformed(record: Any) -> None:
    with pytest.raises(Malformed):
        advisories_of(record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["events", "type", "fixed"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["affected", "aliases", "severity", "references", "upstream"]), JSON))
def test_any_record_gives_advisories_or_malformed(fields: dict[str, Any]) -> None:
    assert isinstance(advisories_of({"id": "X"} | fields), tuple)
    affected = [
        {"package": {"ecosystem": "Debian:12", "name": "x"}, "ranges": fields.get("affected"), "versions": ["1"]}
    ]
    assert advisories_of({"id": "X", "affected": affected})


# Vectors and scores of the examples document of CVSS v3.1.
@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
        ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),
        ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N", None),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", None),
    ],
)
def test_base_scores(vector: str, score: float | None) -> None:
    assert base_score(vector) == score


def test_a_catalogue() -> None:
    found = catalogue_of(KEV)
    assert found.since == {"CVE-2020-0001": date(2021, 11, 3)}
    assert found.released == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert moment("nonsense") is None


@pytest.mark.parametrize(
    "change", [{"vulnerabilities": {}}, {"vulnerabilities": [{}]}, {"vulnerabilities": [{"cveID": "CVE-1"}]}]
)
def test_a_broken_catalogue_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        catalogue_of(KEV | change)


def test_files_lists_zips_and_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(UPSTREAM))
    (tmp_path / "kev.json").write_text(json.dumps(KEV))
    (tmp_path / "deeper").mkdir()
    with zipfile.ZipFile(tmp_path / "deeper" / "all.zip", "w") as archive:
        archive.writestr("DEBIAN-CVE-2020-0001.json", json.dumps(DEBIAN))
        archive.writestr("README", "not a record")
    index = load(tmp_path)
    assert (index.count, index.kev_count, index.skipped) == (2, 1, 0)
    assert index.published == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    (upstream_statement,) = index.about(upstream("tool", "1.0"))
    assert upstream_statement.kev_since == date(2021, 11, 3)
    (packaged,) = index.about(package("libtool1", "1.0-1", "tool"))
    assert packaged.kev_since == date(2021, 11, 3)
    assert not list(index.about(upstream("tool", "1.0", vendor="other")))


def test_the_digest_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps([UPSTREAM]))
    second.write_text(json.dumps([UPSTREAM]))
    before = load(first).digest
    assert load(second).digest == before
    second.write_text(json.dumps([UPSTREAM, DEBIAN]))
    assert load(second).digest != before


def test_a_bad_record_is_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps([UPSTREAM, {"no": "id"}]))
    assert (load(path).count, load(path).skipped) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"),
        ("a.json", b"\xff\xfe"),
        ("a.json", b'{"some": "json"}'),
        ("a.json", b"[" * 100_000),
        ("a.zip", b"PK\x03\x04nothing"),
        ("a.json", b'{"catalogVersion": "1", "vulnerabilities": 5}'),
    ],
    ids=["cut", "binary", "other", "deep", "zip", "catalogue"],
)
def test_what_cannot_be_read_is_malformed_and_names_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Malformed, match=name):
        load(path)


def test_the_bundled_set_is_whole() -> None:
    index = bundled()
    assert 40 <= index.count <= 100
    assert index.skipped == 0
    assert index.kev_count >= 5
    assert index.kev_version
    assert index.published is not None
