"""Records of NVD as its API 2.0 and its feeds publish them, built by hand, and files of them."""

import gzip
import json
from pathlib import Path
from typing import Any

HARDWARE = "cpe:2.3:h:acme:router:-:*:*:*:*:*:*:*"


def criteria(product: str, version: str = "*", rest: str = "*:*:*:*:*:*:*") -> str:
    """A CPE 2.3 name; `product` is "part:vendor:product", `rest` begins with the update."""
    return f"cpe:2.3:{product}:{version}:{rest}"


def match(name: str, *, vulnerable: bool = True, **bounds: str) -> dict[str, Any]:
    """`bounds` are the words that follow "version": StartIncluding, StartExcluding, EndIncluding, EndExcluding."""
    return {
        "vulnerable": vulnerable,
        "criteria": name,
        **{f"version{key}": version for key, version in bounds.items()},
        "matchCriteriaId": "C2B1C231-DE19-4B8F-A4AA-5B3A65276E46",
    }


def node(*matches: dict[str, Any], operator: str = "OR", negate: bool = False) -> dict[str, Any]:
    return {"operator": operator, "negate": negate, "cpeMatch": list(matches)}


def either(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A configuration without an operator, as most are."""
    return {"nodes": list(nodes)}


def both(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"operator": "AND", "nodes": list(nodes)}


def cve(name: str = "CVE-2031-1000", **fields: Any) -> dict[str, Any]:
    """An item of "vulnerabilities"; `fields` are those of its "cve" object."""
    return {
        "cve": {
            "id": name,
            "sourceIdentifier": "psirt@vendor.example",
            "published": "2031-01-13T22:59:07.190",
            "lastModified": "2031-06-17T00:19:25.567",
            "vulnStatus": "Analyzed",
            "cveTags": [],
            "descriptions": [{"lang": "es", "value": "Algo va mal."}, {"lang": "en", "value": "Something is wrong."}],
            "metrics": {},
            "references": [],
            **fields,
        }
    }


def product(**fields: Any) -> dict[str, Any]:
    """A record without configurations, of which the CNA says what is affected."""
    return cve(vulnStatus="Received", affected=[{"source": "psirt@vendor.example", "affectedData": [fields]}])


def document(*items: Any, indent: int | None = None) -> bytes:
    return json.dumps(
        {
            "resultsPerPage": len(items),
            "startIndex": 0,
            "totalResults": len(items),
            "format": "NVD_CVE",
            "version": "2.0",
            "timestamp": "2031-08-22T14:00:00.6409264",
            "vulnerabilities": list(items),
        },
        indent=indent,
    ).encode()


def written(folder: Path, content: bytes, name: str = "nvdcve-2.0-2031.json.gz") -> Path:
    """A file with the content, in gzip if its name says so."""
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path
