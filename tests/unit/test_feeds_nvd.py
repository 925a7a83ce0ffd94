"""Files of NVD are read record by record, whole or not at all, and each record says what it says."""

import gzip
import json
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_nvd import criteria, cve, document, either, match, node, product, written

from pellucid.advisories.feeds import nvd
from pellucid.advisories.feeds.nvd_record import understood
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord, FixPlan
from pellucid.domain.vulnerability import KnownExploited, Rating, Reference, Ssvc, VulnerabilityState
from pellucid.errors import Malformed

CISA = "134c704f-9b21-4f2e-91b3-4a467353bcc0"
ONE = either(node(match(criteria("a:acme:lib"), EndExcluding="2.0")))


def _record(**fields: Any) -> AdvisoryRecord:
    found = understood(cve(**fields))
    assert found.record
    assert not found.fault
    return found.record


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["nvdcve-2.0-2031.json.gz", "page-0.json"])
def test_records_of_a_file(tmp_path: Path, name: str, indent: int | None) -> None:
    items = cve("CVE-2031-1000", configurations=[ONE]), cve("CVE-2031-1001")
    path = written(tmp_path, document(*items, indent=indent), name)

    found = list(nvd.read(path))

    assert [item.id for item in found] == ["CVE-2031-1000", "CVE-2031-1001"]
    assert [json.loads(item.raw) for item in found] == list(items)
    assert [item.fault for item in found] == ["", ""]
    assert found[0].record
    assert found[0].record.affected[0].subject == ("cpe:a", "acme:lib")
    assert all(nvd.FEED.normalise("nvd", item.raw) == item.record for item in found)


def test_a_record_that_is_none_does_not_keep_the_others_back(tmp_path: Path) -> None:
    broken = [{"cve": {"id": "CVE-31"}}, {"cve": None}, 7, {"cve": {"id": "CVE-2031-7\n"}}]
    path = written(tmp_path, document(*broken, cve()))

    *bad, good = nvd.read(path)

    assert good.record
    assert good.id == "CVE-2031-1000"
    assert all(item.record is None and item.fault for item in bad)
    assert len({item.id for item in bad}) == len(broken)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b"<html>maintenance</html>",
        document(cve()).replace(b"NVD_CVE", b"NVD_CPEMatchString"),
        document(cve()).replace(b'"2.0"', b'"1.1"'),
        document(cve())[:-40],
        document(cve()) + b"]",
    ],
)
def test_what_is_no_file_of_nvd_is_malformed(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)

    with pytest.raises(Malformed, match=path.name):
        list(nvd.read(path))


def test_a_file_that_was_cut_is_malformed(tmp_path: Path) -> None:
    whole = gzip.compress(document(*(cve(f"CVE-2031-{1000 + n}") for n in range(50))))
    path = tmp_path / "nvdcve-2.0-2031.json.gz"
    path.write_bytes(whole[:-30])

    with pytest.raises(Malformed, match=path.name):
        list(nvd.read(path))


def test_memory_stays_flat(tmp_path: Path) -> None:
    text = "a" * 4000  # 20 MB in all
    items = (cve(f"CVE-2031-{10_000 + n}", descriptions=[{"lang": "en", "value": text}]) for n in range(5000))
    path = written(tmp_path, document(*items))
    next(nvd.read(path))  # what is loaded once is loaded

    tracemalloc.start()
    seen = sum(1 for _ in nvd.read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert seen == 5000
    assert peak < 8 << 20


def test_a_file_is_recognised_by_its_beginning(tmp_path: Path) -> None:
    content = document(cve(), indent=2)

    assert nvd.FEED.recognise(Path("any.json"), content[:300]) == "nvd"
    assert nvd.FEED.recognise(Path("any"), gzip.compress(content)[:200]) == "nvd"
    assert nvd.FEED.recognise(Path("nvdcve-2.0-2031.json"), b'{"format": "CVE", "version": "2.0"}') == ""


def test_files_of_the_feed() -> None:
    names = [file.name for file in nvd.FEED.files]

    assert names[0] == "nvd/nvdcve-2.0-2002.json.gz"
    assert names[-2:] == [f"nvd/nvdcve-2.0-{datetime.now(UTC).year}.json.gz", "nvd/nvdcve-2.0-modified.json.gz"]
    assert [file.name for file in nvd.FEED.files if file.partial] == names[-1:]
    assert {file.source for file in nvd.FEED.files} == {"nvd"}
    assert "not endorsed or certified by the NVD" in nvd.FEED.notice


def test_what_a_record_says_of_itself() -> None:
    found = _record(
        cveTags=[{"sourceIdentifier": "psirt@vendor.example", "tags": ["disputed"]}],
        weaknesses=[
            {"source": "nvd@nist.gov", "type": "Primary", "description": [{"lang": "en", "value": "CWE-22"}]},
            {"source": CISA, "type": "Secondary", "description": [{"lang": "en", "value": "NVD-CWE-Other"}]},
        ],
        references=[
            {"url": "https://vendor.example/1", "source": "a", "tags": ["Vendor Advisory", "Patch"]},
            {"url": "https://vendor.example/2", "source": "a"},
            {"url": "javascript:alert(1)", "source": "a"},
        ],
    )

    assert found.description == "Something is wrong."
    assert found.disputed
    assert found.state is VulnerabilityState.LIVE
    assert found.published == datetime(2031, 1, 13, 22, 59, 7, 190_000, tzinfo=UTC)
    assert found.modified == datetime(2031, 6, 17, 0, 19, 25, 567_000, tzinfo=UTC)
    assert found.weaknesses == ("CWE-22",)
    assert found.references == (
        Reference(url="https://vendor.example/1", kind="FIX"),
        Reference(url="https://vendor.example/2"),
    )


def test_what_is_rejected_affects_nothing() -> None:
    found = _record(vulnStatus="Rejected", configurations=[ONE])

    assert found.state is VulnerabilityState.REJECTED
    assert found.affected == ()


def test_what_was_out_of_support_when_it_was_found_gets_no_fix() -> None:
    found = _record(cveTags=[{"tags": ["unsupported-when-assigned"]}], configurations=[ONE])

    assert [item.plan for item in found.affected] == [FixPlan.END_OF_LIFE]


def _metric(source: str, kind: str, **data: Any) -> dict[str, Any]:
    return {"source": source, "type": kind, "cvssData": data}


def test_ratings_of_all_versions() -> None:
    v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N"
    found = _record(
        metrics={
            "cvssMetricV2": [
                _metric(
                    "nvd@nist.gov", "Primary", version="2.0", vectorString="AV:N/AC:M/Au:N/C:C/I:C/A:C", baseScore=9.3
                )
            ],
            "cvssMetricV31": [
                _metric(
                    "psirt@vendor.example",
                    "Secondary",
                    version="3.1",
                    vectorString="CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
                    baseScore=7.8,
                )
            ],
            "cvssMetricV40": [
                _metric("cna@vuldb.com", "Secondary", version="4.0", vectorString=f"{v4}/E:P/MAV:X", baseScore=5.5)
            ],
        }
    )

    assert found.ratings == (
        Rating(source="cna@vuldb.com", version="4.0", vector=f"{v4}/E:P", score=6.9, word=Severity.MEDIUM),
        Rating(
            source="psirt@vendor.example",
            version="3.1",
            vector="CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            score=7.8,
            exploitability=1.8,
            impact=5.9,
            word=Severity.HIGH,
        ),
        Rating(
            source="nvd@nist.gov",
            version="2.0",
            vector="AV:N/AC:M/Au:N/C:C/I:C/A:C",
            score=9.3,
            exploitability=8.6,
            impact=10.0,
            word=Severity.HIGH,
            is_primary=True,
        ),
    )


def test_a_published_score_counts_where_its_vector_is_not_understood() -> None:
    data = {"version": "3.1", "vectorString": "CVSS:3.1/AV:Q", "baseScore": 7.8, "baseSeverity": "HIGH"}

    found = _record(metrics={"cvssMetricV31": [_metric("a@b.example", "Secondary", **data)]})

    assert found.ratings == (
        Rating(source="a@b.example", version="3.1", vector="CVSS:3.1/AV:Q", score=7.8, word=Severity.HIGH),
    )


@pytest.mark.parametrize("score", [None, "7.8", 11, -1, {}])
def test_neither_vector_nor_score(score: Any) -> None:
    data = {"version": "3.1", "vectorString": "", "baseScore": score}

    assert _record(metrics={"cvssMetricV31": [_metric("a@b.example", "Secondary", **data)]}).ratings == ()


def test_the_decision_points_of_cisa_go_first() -> None:
    def said(source: str, *options: dict[str, str]) -> dict[str, Any]:
        return {"source": source, "ssvcData": {"options": list(options), "version": "2.0.3"}}

    found = _record(
        metrics={
            "ssvcV203": [
                said("psirt@vendor.example", {"exploitation": "none"}),
                said(CISA, {"exploitation": "active"}, {"automatable": "no"}, {"technicalImpact": "total"}),
            ]
        }
    )

    assert found.ssvc == Ssvc(exploitation="active", automatable=False, technical_impact="total")


def test_the_entry_of_the_catalogue_of_cisa() -> None:
    found = _record(
        cisaExploitAdd="2031-05-25",
        cisaActionDue="2031-06-15",
        cisaRequiredAction="Apply updates.",
        cisaVulnerabilityName="Acme Router Command Injection",
    )

    assert found.kev == KnownExploited(
        added=date(2031, 5, 25), due=date(2031, 6, 15), name="Acme Router Command Injection", action="Apply updates."
    )


def test_configurations_go_before_what_the_publisher_says() -> None:
    said = product(vendor="Acme", product="Lib", versions=[{"version": "1.0", "status": "affected"}])["cve"]

    both_said = understood(cve(configurations=[ONE], affected=said["affected"])).record
    one_said = understood({"cve": said}).record

    assert both_said
    assert [item.subject for item in both_said.affected] == [("cpe:a", "acme:lib")]
    assert one_said
    assert [item.subject for item in one_said.affected] == [("name", "acme:lib")]


@pytest.mark.parametrize("value", [None, 7, "x", [], [7], {"a": 1}, [{"nodes": 7}], [[]]])
def test_fields_of_the_wrong_kind_are_as_good_as_none(value: Any) -> None:
    fields = [
        "cveTags",
        "descriptions",
        "metrics",
        "references",
        "weaknesses",
        "configurations",
        "affected",
        "published",
    ]

    found = _record(**dict.fromkeys(fields, value), lastModified=value, cisaExploitAdd=value)

    assert (found.id, found.affected, found.ratings) == ("CVE-2031-1000", (), ())
