"""Names in SPDX documents, of both versions: of the document, of elements, of tools and suppliers, of licences."""

import re
from collections.abc import Iterable
from datetime import UTC
from functools import lru_cache
from hashlib import sha256

from pellucid.domain.bill import Bill
from pellucid.reports.bill_graph import ROOT
from pellucid.reports.identifiers import document_id
from pellucid.reports.licences import licence_of
from pellucid.reports.text import plain

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.]+")
MOST_NAME = 60


def tool(bill: Bill) -> str:
    """The tool with its version, as annotators and creators are named."""
    return f"pellucid-{bill.tool_version}"


def created(bill: Bill) -> str:
    """When the scan ended, in seconds and UTC: neither version of SPDX knows fractions or other zones."""
    return bill.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_name(bill: Bill) -> str:
    """Image and version, for people."""
    return f"{bill.image_name} {bill.image_version}".strip()


def namespace(bill: Bill, form: str) -> str:
    """Where ids of the document live: a name, not an address, in the form that annex D of SPDX 2.3 recommends."""
    name = NOT_IN_NAMES.sub("-", document_name(bill))[:MOST_NAME].strip("-.")
    return f"https://spdx.org/spdxdocs/{name or 'image'}-{document_id(bill, form)}"


@lru_cache(maxsize=20_000)
def element_id(ref: str) -> str:
    """The part of an id that is after "SPDXRef-" or "#": readable as far as letters go, and as unique as `ref`."""
    if ref == ROOT:
        return ref
    readable = NOT_IN_NAMES.sub("-", ref)[-MOST_NAME:].strip("-.")
    return f"{readable}-{sha256(ref.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def organisation(name: str) -> str:
    """A name without what SPDX 2.3 reads as an address of electronic mail; empty when nothing is left."""
    return plain(name).replace("(", "[").replace(")", "]").strip()


def licences_to_explain(stated: Iterable[str]) -> dict[str, str]:
    """The LicenseRefs of all these statements with what is known of their texts, in order."""
    found: dict[str, str] = {}
    for text in set(stated):
        if licence := licence_of(text):
            found |= licence.unexplained
    return dict(sorted(found.items()))
