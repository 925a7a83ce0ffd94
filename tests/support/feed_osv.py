"""Records in the formats of OSV and of the CVE programme as they are published, and the files that they come in."""

import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CISA = "134c704f-9b21-4f2e-91b3-4a467353bcc0"
CNA = "00000000-0000-4000-9000-0000000000aa"


def osv(name: str, *affected: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "schema_version": "1.7.3",
        "id": name,
        "published": "2024-01-02T03:04:05Z",
        "modified": "2024-05-06T07:08:09.123456789Z",
        "details": "It breaks.",
        "affected": list(affected),
        **fields,
    }


def package(ecosystem: str, name: str, *events: str, **fields: Any) -> dict[str, Any]:
    """Events are written "introduced 0"."""
    said: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    if events:
        said["ranges"] = [{"type": "ECOSYSTEM", "events": [dict([event.split(" ")]) for event in events]}]
    return {**said, **fields}


def repository(address: str, *tags: str, **specific: Any) -> dict[str, Any]:
    ranges: dict[str, Any] = {
        "type": "GIT",
        "repo": address,
        "events": [{"introduced": "0"}, {"fixed": "5ee0b1676d4ce20cc2a70d1c9c8d6f1e3f57efac"}],
    }
    if specific:
        ranges["database_specific"] = specific
    return {"ranges": [ranges], "versions": list(tags)}


def cve(name: str, cna: dict[str, Any], *adp: dict[str, Any], **about: Any) -> dict[str, Any]:
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": name,
            "state": "PUBLISHED",
            "assignerOrgId": CNA,
            "datePublished": "2024-02-27T18:40:25.615Z",
            "dateUpdated": "2024-08-04T17:37:07.187Z",
            **about,
        },
        "containers": {
            "cna": {
                "providerMetadata": {"orgId": CNA, "shortName": "acme"},
                "descriptions": [{"lang": "en", "value": "It breaks."}],
                "references": [{"url": "https://example.org/fix", "tags": ["patch"]}],
                **cna,
            },
            "adp": list(adp),
        },
    }


def cisa(*options: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": {"orgId": CISA, "shortName": "CISA-ADP"},
        "metrics": [{"other": {"type": "ssvc", "content": {"options": list(options), "version": "2.0.3"}}}],
        **fields,
    }


def raw(document: object) -> bytes:
    return json.dumps(document).encode()


def zip_of(path: Path, members: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, members: Mapping[str, bytes]) -> Path:
    """In gzip or xz, by the ending of the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    pack = lzma.compress if path.suffix == ".xz" else gzip.compress
    path.write_bytes(pack(stream.getvalue()))
    return path
