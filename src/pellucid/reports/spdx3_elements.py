"""Elements of an SPDX 3.0.1 document: ids, and the members that all elements have."""

from typing import Any

from pellucid.domain.bill import Bill
from pellucid.reports.bill_facts import NAMESPACE, Facts
from pellucid.reports.spdx_names import element_id, namespace

CREATION = "_:creation"


class Elements:
    """Makes the elements of one document."""

    def __init__(self, bill: Bill) -> None:
        self._namespace = namespace(bill, "spdx-3.0.1")

    def id(self, ref: str) -> str:
        """The id of what is called `ref`."""
        return f"{self._namespace}#{element_id(ref)}"

    def element(self, kind: str, ref: str, **members: Any) -> dict[str, Any]:
        """An element; members that are empty are left out."""
        stated = {name: value for name, value in members.items() if value}
        return {"type": kind, "spdxId": self.id(ref), "creationInfo": CREATION} | stated


def extension(facts: Facts) -> list[dict[str, Any]]:
    """Facts as the properties that CycloneDX has, which SPDX takes in."""
    entries = [
        {
            "type": "extension_CdxPropertyEntry",
            "extension_cdxPropName": NAMESPACE + name,
            "extension_cdxPropValue": value,
        }
        for name, value in facts
        if value
    ]
    return [{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}] if entries else []


def hashes(sha256: str) -> list[dict[str, Any]]:
    """The SHA-256 of a content; none when it is not known."""
    return [{"type": "Hash", "algorithm": "sha256", "hashValue": sha256}] if sha256 else []
