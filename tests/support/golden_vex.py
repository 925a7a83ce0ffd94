"""Golden inputs of VEX documents."""

import json
from collections.abc import Iterator

from tests.support.golden_case import Case

BUSYBOX = "pkg:generic/busybox@1.36.1"
OPENVEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/1",
    "author": "Example Inc.",
    "timestamp": "2026-01-02T03:04:05Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {"name": "CVE-2021-0001", "aliases": ["GHSA-aaaa-bbbb-cccc"]},
            "products": [{"@id": "pkg:generic/router@1.0.2", "subcomponents": [{"@id": BUSYBOX}]}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
            "impact_statement": "The applet is left out.",
        },
        {"vulnerability": {"name": "CVE-2021-0002"}, "products": [{"@id": BUSYBOX}], "status": "fixed"},
    ],
}
CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {"supplier": {"name": "Example Inc."}, "timestamp": "2026-01-02T03:04:05+01:00"},
    "components": [{"bom-ref": "a", "type": "library", "name": "busybox", "version": "1.36.1", "purl": BUSYBOX}],
    "vulnerabilities": [
        {
            "id": "CVE-2021-0001",
            "affects": [{"ref": "a"}],
            "analysis": {"state": "not_affected", "justification": "requires_configuration", "detail": "Not set."},
        },
        {"id": "CVE-2021-0002", "affects": [{"ref": "a"}]},
    ],
}
CSAF = {
    "document": {
        "category": "csaf_vex",
        "publisher": {"name": "Example Inc."},
        "tracking": {"current_release_date": "2026-01-02T03:04:05Z"},
    },
    "product_tree": {
        "full_product_names": [
            {"product_id": "P1", "name": "BusyBox 1.36.1", "product_identification_helper": {"purl": BUSYBOX}}
        ]
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2021-0001",
            "product_status": {"known_not_affected": ["P1"]},
            "flags": [{"label": "inline_mitigations_already_exist", "product_ids": ["P1"]}],
        },
        {"cve": "CVE-2021-0002", "product_status": {"fixed": ["P1"]}},
    ],
}
WRITER = b"""\
CONTEXT = "https://openvex.dev/ns/v0.2.0"
document = {"@context": CONTEXT, "statements": statements}
"""


def cases() -> Iterator[Case]:
    name = "components/vex_documents"
    yield Case(f"{name}/openvex", _json(OPENVEX), "an OpenVEX document")
    yield Case(f"{name}/cyclonedx", _json(CYCLONEDX), "a bill with the analysis of a vulnerability, and one without")
    yield Case(f"{name}/csaf", _json(CSAF), "a CSAF document of the profile VEX")
    yield Case(f"{name}/writer", WRITER, "a program that writes such documents")
    other = {"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-2021-0001", "analysis": {}}]}
    yield Case(f"{name}/undecided", _json(other), "a bill with a vulnerability that nobody has looked at")


def _json(document: object) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"
