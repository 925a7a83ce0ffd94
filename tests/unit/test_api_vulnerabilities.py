"""Known vulnerabilities over the API: pages, one with its history, and only the products that the caller may see."""

from datetime import UTC, datetime

import pytest
from tests.support.api_client import Api

from pellucid.advisories.feed import RawRecord
from pellucid.domain.ids import named_id
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Rating, Reference, Ssvc
from pellucid.services.advisories import open_store

ADDRESS = "/api/v4/vulnerabilities"
V3 = Rating(
    source="nvd@nist.gov",
    version="3.1",
    vector="CVSS:3.1/AV:N",
    score=9.8,
    exploitability=3.9,
    impact=5.9,
    word=Severity.CRITICAL,
    is_primary=True,
)
RECORDS = (
    ("nvd", AdvisoryRecord(id="CVE-2020-1", description="Old.", published=datetime(2020, 5, 1, tzinfo=UTC))),
    (
        "nvd",
        AdvisoryRecord(
            id="CVE-2024-1",
            title="Overflow",
            description="New.",
            published=datetime(2024, 5, 1, tzinfo=UTC),
            modified=datetime(2024, 6, 1, tzinfo=UTC),
            ratings=(V3,),
            ssvc=Ssvc(exploitation="active", automatable=True, technical_impact="total"),
            weaknesses=("CWE-787",),
            references=(Reference(url="https://maker.example/1", kind="FIX"),),
        ),
    ),
    ("kev", AdvisoryRecord(id="CVE-2024-1", kev=KnownExploited(ransomware=True, action="Update."))),
    ("epss", AdvisoryRecord(id="CVE-2024-1", epss=Epss(probability=0.91, percentile=0.99))),
    (
        "poc-in-github",
        AdvisoryRecord(
            id="CVE-2024-1",
            exploits=(Exploit(kind=ExploitKind.POC, source="poc-in-github", url="https://code.example/poc"),),
        ),
    ),
)  # fmt: skip


def take(api: Api, *records: tuple[str, AdvisoryRecord]) -> None:
    store = open_store(api.settings)
    with store.update():
        for source, record in records:
            raw = RawRecord(id=record.id, raw=repr(record).encode(), record=record)
            store.merge(source, source, iter([raw]), {}, checked=datetime.now(UTC))
    store.close()


def test_one_has_all_that_is_known_of_it(api: Api) -> None:
    take(api, *RECORDS)
    found = api.http.get(f"{ADDRESS}/{named_id('CVE-2024-1')}").json()
    assert found == {
        "id": named_id("CVE-2024-1"),
        "createTime": "2024-05-01T00:00:00Z",
        "vulnId": "CVE-2024-1",
        "published": "2024-05-01T00:00:00Z",
        "lastModified": "2024-06-01T00:00:00Z",
        "description": "New.",
        "recommendedAction": "Update.",
        "impact": "Overflow",
        "cvss": {
            "cvssV3": {
                "version": "3.1",
                "baseScore": "9.8",
                "exploitabilityScore": "3.9",
                "impactScore": "5.9",
                "vector": "CVSS:3.1/AV:N",
            }
        },
        "ems": {"score": "9.8"},
        "epss": {"probability": "0.91", "percentile": "0.99"},
        "ssvc": {"exploitation": "active", "automatable": True, "technicalImpact": "total"},
        "isKev": True,
        "isKnownRansomwareUse": True,
        "classifications": [{"cwe": "CWE-787"}],
        "isRejected": False,
        "isDisputed": False,
        "references": [{"description": "FIX", "url": "https://maker.example/1"}],
        "githubPOCsURLs": ["https://code.example/poc"],
        "exploitURLs": [],
        "verifiedExploitURLs": [],
        "weaponisedExploitURLs": [],
        "history": [],
        "products": [],
    }


def test_what_was_known_before_is_its_history(api: Api) -> None:
    take(api, *RECORDS)
    take(api, ("kev", AdvisoryRecord(id="CVE-2020-1", kev=KnownExploited())))
    found = api.http.get(f"{ADDRESS}/{named_id('CVE-2020-1')}").json()
    assert found["lastEscalateTime"] > "2026"
    (before,) = found["history"]
    assert (before["vulnId"], before["isKev"], found["isKev"]) == ("CVE-2020-1", False, True)
    assert before["id"] != found["id"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["CVE-2024-1", "CVE-2020-1"]),
        ("?size=1", ["CVE-2024-1"]),
        ("?skip=1", ["CVE-2020-1"]),
        ("?size=0", []),
        ("?cvssFrom=9&cvssTo=10", ["CVE-2024-1"]),
        ("?cvssTo=5", []),
        ("?epssProbabilityFrom=0.9", ["CVE-2024-1"]),
        ("?isKev=false", ["CVE-2020-1"]),
        ("?isKnownRansomwareUse=true&sortBy=emsScore", ["CVE-2024-1"]),
        ("?publishedTo=2021-01-01T00:00:00Z", ["CVE-2020-1"]),
        ("?publishedFrom=2021-01-01", ["CVE-2024-1"]),
        ("?isEscalated=true", []),
    ],
)
def test_pages_by_filter(api: Api, query: str, names: list[str]) -> None:
    take(api, *RECORDS)
    found = api.http.get(ADDRESS + query).json()
    assert [item["vulnId"] for item in found["vulnerabilities"]] == names


def test_until_something_is_taken_in_what_comes_with_pellucid_is_shown(api: Api) -> None:
    found = api.http.get(f"{ADDRESS}?isKev=true&size=1000").json()
    assert "CVE-2014-0160" in {item["vulnId"] for item in found["vulnerabilities"]}
    assert found["total"] == len(found["vulnerabilities"])


@pytest.mark.parametrize("query", ["?size=1001", "?cvssFrom=11", "?sortBy=name", "?productId=x", "?isKev=maybe"])
def test_what_cannot_be_asked_is_refused(api: Api, query: str) -> None:
    answer = api.http.get(ADDRESS + query)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"].endswith(query[1:].partition("=")[0])


def test_an_unknown_one_is_not_found(api: Api) -> None:
    answer = api.http.get(f"{ADDRESS}/{named_id('CVE-1999-1')}")
    assert answer.status_code == 404
