"""Records in the format of OSV."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.feed_osv import osv as record
from tests.support.feed_osv import package, raw, repository

from pellucid.advisories.feeds.osv_names import kind_of
from pellucid.advisories.feeds.osv_record import record_of
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Reference, VulnerabilityState
from pellucid.errors import Malformed

V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def understood(name: str, *affected: dict[str, Any], **fields: Any) -> AdvisoryRecord:
    return record_of(raw(record(name, *affected, **fields)))


def test_a_record() -> None:
    found = understood(
        "GHSA-aaaa-bbbb-cccc",
        package("npm", "tool", "introduced 0", "fixed 1.2"),
        summary="Tool breaks",
        aliases=["CVE-2024-1234"],
        related=["CVE-2020-1111"],
        severity=[{"type": "CVSS_V3", "score": V3}, {"type": "CVSS_V4", "score": V4}],
        database_specific={"cwe_ids": ["CWE-79", "CWE-79"], "severity": "LOW"},
        references=[{"type": "FIX", "url": "https://example.org/1"}, {"type": "WEB", "url": "javascript:alert(1)"}],
    )
    assert (found.aliases, found.upstream, found.covers) == (("CVE-2024-1234",), (), False)
    assert (found.title, found.description, found.weaknesses) == ("Tool breaks", "It breaks.", ("CWE-79",))
    assert found.published == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found.modified == datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    assert [(item.source, item.version, item.score) for item in found.ratings] == [
        ("github", "3.1", 9.8),
        ("github", "4.0", 9.3),
    ]
    assert found.references == (Reference(url="https://example.org/1", kind="FIX"),)
    assert found.state is VulnerabilityState.LIVE


def test_words_count_where_there_is_no_vector() -> None:
    (found,) = understood("GHSA-a", database_specific={"severity": "MODERATE"}).ratings
    assert (found.source, found.word, found.score) == ("github", Severity.MEDIUM, None)
    (found,) = understood("ALSA-2023:1", summary="Important: squid security update").ratings
    assert (found.source, found.word) == ("almalinux", Severity.HIGH)
    (found,) = understood("UBUNTU-CVE-2024-1234", severity=[{"type": "Ubuntu", "score": "low"}]).ratings
    assert (found.source, found.word) == ("ubuntu", Severity.LOW)


def test_severities_of_packages() -> None:
    entry = package("Bitnami", "tool", "introduced 0", severity=[{"type": "CVSS_V3", "score": V3}])
    assert [item.score for item in understood("BIT-tool-2024-1", entry, entry).ratings] == [9.8]


def test_a_notice_covers_and_is_no_alias() -> None:
    old = understood("DSA-1-1", related=["CVE-2024-1111", "CVE-2024-2222", "DLA-1-1"])
    assert (old.upstream, old.covers, old.aliases) == (("CVE-2024-1111", "CVE-2024-2222"), True, ())
    new = understood("RHSA-2024:1", upstream=["CVE-2024-1111"], aliases=["CVE-2024-3333"], related=["CVE-2024-4444"])
    assert (new.upstream, new.covers, new.aliases) == (("CVE-2024-1111", "CVE-2024-3333"), True, ())
    ubuntu = understood("USN-1-1", related=["CVE-2024-1111", "UBUNTU-CVE-2024-1111"])
    assert ubuntu.upstream == ("CVE-2024-1111",)


def test_a_notice_about_nothing_named_speaks_for_itself() -> None:
    found = understood("DSA-135-1")
    assert (found.covers, found.upstream, found.informational) == (False, (), False)
    assert understood("ALBA-2022:1").informational
    assert not understood("RHBA-2022:1", upstream=["CVE-2024-1111"]).informational


def test_a_distributions_own_record_of_a_cve() -> None:
    new = understood("ALPINE-CVE-2023-46850", upstream=["CVE-2023-46850"])
    assert (new.upstream, new.covers) == (("CVE-2023-46850",), False)
    assert understood("DEBIAN-CVE-2024-1234").upstream == ("CVE-2024-1234",)
    assert understood("UBUNTU-CVE-2024-1234", related=["CVE-2024-1234"]).upstream == ("CVE-2024-1234",)
    cga = understood("CGA-2c2h-8fj5-55vx", related=["CGA-2c2h-8fj5-55vx", "CVE-2024-34156", "GHSA-crqm-pwhx-j97f"])
    assert cga.upstream == ("CVE-2024-34156",)


def test_related_is_no_identity_anywhere_else() -> None:
    found = understood("CVE-2024-1234", related=["CVE-2024-9999"], upstream=["CVE-2024-8888"])
    assert (found.aliases, found.upstream) == ((), ("CVE-2024-8888",))


def test_the_old_layout_has_all_in_one_record() -> None:
    found = understood(
        "CVE-2016-0682",
        package("Alpine:v3.8", "db", "introduced 0", "fixed 0"),
        package("Debian:12", "db5.3", "introduced 0"),
        repository("https://example.org/db", "v5.3"),
    )
    assert [item.subject for item in found.affected] == [
        ("Alpine:v3.8", "db"),
        ("Debian:12", "db5.3"),
        ("repo", "example.org/db"),
    ]


def test_what_is_no_live_vulnerability() -> None:
    assert understood("PYSEC-2024-1", withdrawn="2024-01-01T00:00:00Z").state is VulnerabilityState.WITHDRAWN
    assert understood("CVE-2024-1234", details="Rejected reason: none").state is VulnerabilityState.REJECTED
    assert understood("CVE-2024-1234", details="** DISPUTED ** It breaks").disputed
    assert understood("MAL-2024-1").malicious
    unmaintained = package("crates.io", "t", "introduced 0", database_specific={"informational": "unmaintained"})
    assert understood("RUSTSEC-2024-0001", unmaintained).informational
    usual = package("crates.io", "t", "introduced 0", database_specific={"informational": None})
    assert not understood("RUSTSEC-2024-0002", usual).informational


def test_who_publishes() -> None:
    assert kind_of("SUSE-SU-2024:1-1").notice
    assert kind_of("openSUSE-SU-2024:1-1").publisher == "suse"
    assert kind_of("NEW-2024-1").publisher == "osv"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no id"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no id"),
        (b"{}", "no id"),
        (raw({"id": 5, "modified": "2024-01-01T00:00:00Z"}), "no id"),
        (raw({"id": "a b", "modified": "2024-01-01T00:00:00Z"}), "no id"),
        (raw({"id": "CVE-2024-1"}), "modified"),
    ],
)
def test_what_is_no_record(content: bytes, fault: str) -> None:
    with pytest.raises(Malformed, match=fault):
        record_of(content)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content: bytes) -> None:
    with suppress(Malformed):
        record_of(content)
