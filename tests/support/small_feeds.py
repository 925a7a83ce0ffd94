"""Small feeds in production layout, at production addresses, on a loopback server."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.support.feed_server import FeedServer

from pellucid.advisories.feeds import feed

OSV = "https://storage.googleapis.com/osv-vulnerabilities/"
NVD = "https://nvd.nist.gov/feeds/json/cve/2.0/"
SECDB = "https://secdb.alpinelinux.org/"
TRACKER = "https://security-tracker.debian.org/tracker/data/json"


def osv_record(number: int, modified: str = "2026-08-01T00:00:00Z", fixed: str = "1.2.3") -> dict[str, Any]:
    return {
        "schema_version": "1.7.0",
        "id": f"GO-2026-{number:04d}",
        "modified": modified,
        "published": "2026-01-01T00:00:00Z",
        "aliases": [f"CVE-2026-{number:04d}"],
        "summary": f"Number {number} overflows.",
        "affected": [
            {
                "package": {"ecosystem": "Go", "name": f"example.org/module{number}"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }


def put_osv(server: FeedServer, records: Iterable[Mapping[str, Any]], ecosystem: str = "Go") -> None:
    """The archive, the list of modifications, and each record alone."""
    records = sorted(records, key=lambda record: record["modified"], reverse=True)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
            server.put(f"{OSV}{ecosystem}/{record['id']}.json", json.dumps(record).encode())
    server.put(f"{OSV}{ecosystem}/all.zip", file.getvalue())
    lines = "".join(f"{record['modified']},{record['id']}\n" for record in records)
    server.put(f"{OSV}{ecosystem}/modified_id.csv", lines.encode())


def nvd_record(name: str, modified: str = "2026-08-01T00:00:00.000", product: str = "") -> dict[str, Any]:
    """`product` is "vendor:product", of which all versions below 9999 are affected."""
    match = {
        "vulnerable": True,
        "criteria": f"cpe:2.3:a:{product}:*:*:*:*:*:*:*:*",
        "versionEndExcluding": "9999",
        "matchCriteriaId": "00000000-0000-0000-0000-000000000000",
    }
    nodes = [{"operator": "OR", "negate": False, "cpeMatch": [match]}]
    return {
        "cve": {
            "id": name,
            "sourceIdentifier": "cve@example.org",
            "published": "2026-01-01T00:00:00.000",
            "lastModified": modified,
            "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": "It overflows."}],
            "metrics": {},
            "configurations": [{"nodes": nodes}] if product else [],
            "references": [],
        }
    }


def nvd_document(records: Iterable[Mapping[str, Any]], total: int | None = None) -> bytes:
    records = list(records)
    return json.dumps(
        {
            "resultsPerPage": len(records),
            "startIndex": 0,
            "totalResults": len(records) if total is None else total,
            "format": "NVD_CVE",
            "version": "2.0",
            "timestamp": "2026-08-22T00:00:00.000",
            "vulnerabilities": records,
        }
    ).encode()


def kev_document(names: Iterable[str]) -> dict[str, Any]:
    """The catalogue of known exploited vulnerabilities with these."""
    entries = [
        {
            "cveID": name,
            "vendorProject": "Acme",
            "product": "Tool",
            "vulnerabilityName": "Acme Tool Overflow",
            "dateAdded": "2026-08-01",
            "shortDescription": "It overflows.",
            "requiredAction": "Apply updates.",
            "dueDate": "2026-08-22",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "",
            "cwes": [],
        }
        for name in names
    ]
    heading = {"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.08.01"}
    return heading | {"dateReleased": "2026-08-01T12:00:00.0Z", "count": len(entries), "vulnerabilities": entries}


def put_nvd(server: FeedServer, name: str, records: Iterable[Mapping[str, Any]], modified: datetime) -> None:
    """The file of a year ("2024"), or "modified"."""
    server.put_nvd(f"{NVD}nvdcve-2.0-{name}.json.gz", nvd_document(records), modified)


def put_nvd_years(server: FeedServer, modified: datetime, each: int = 3) -> int:
    """All years with a few records each, and nothing modified; how many records."""
    years = [file.name.split("-")[-1][:4] for file in feed("nvd").files if not file.partial]
    for year in years:
        put_nvd(server, year, [nvd_record(f"CVE-{year}-{number:04d}") for number in range(1, each + 1)], modified)
    put_nvd(server, "modified", [], modified)
    return len(years) * each


def put_alpine(server: FeedServer, release: str, repository: str, fixes: Mapping[str, Mapping[str, list[str]]]) -> None:
    document = {
        "apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
        "archs": ["x86_64"],
        "reponame": repository,
        "urlprefix": "https://dl-cdn.alpinelinux.org/alpine",
        "distroversion": release,
        "packages": [{"pkg": {"name": name, "secfixes": dict(listed)}} for name, listed in fixes.items()],
    }
    server.put(f"{SECDB}{release}/{repository}.json", json.dumps(document).encode())


def put_debian(server: FeedServer, number: int) -> None:
    """The tracker with so many vulnerabilities of one package."""
    entry = {
        "description": "It overflows.",
        "scope": "remote",
        "releases": {
            "bookworm": {
                "status": "resolved",
                "repositories": {"bookworm": "1.0-2"},
                "fixed_version": "1.0-2",
                "urgency": "not yet assigned",
            }
        },
    }
    package = {f"CVE-2026-{item:04d}": entry for item in range(1, number + 1)}
    server.put(TRACKER, json.dumps({"tool": package}).encode())


def moment(day: int, hour: int = 12) -> datetime:
    """In August 2026."""
    return datetime(2026, 8, day, hour, tzinfo=UTC)
