"""Packages of SPDX 3 documents (SPDX 3.0, the JSON-LD serialization and the Software profile)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pellucid.formats.bills.listed import MOST, Listed
from pellucid.formats.json_document import Places, objects, text, texts

PACKAGE, LICENCE = "software_Package", "simplelicensing_LicenseExpression"
OTHERS = frozenset(("file", "source", "container", "operatingSystem", "device", "archive", "documentation"))
LICENSED = frozenset(("hasConcludedLicense", "hasDeclaredLicense"))


def packages(document: dict[str, Any], places: Places) -> Iterator[Listed]:
    """The packages of the graph."""
    found = [item for item in objects(document.get("@graph")) if item.get("type") == PACKAGE][:MOST]
    names = {text(item.get("spdxId")): text(item.get("name")) for item in found}
    needs, licences = _relations(document, names)
    for item in found:
        own, name = text(item.get("spdxId")), text(item.get("name"))
        purl = text(item.get("software_packageUrl"))
        identifiers = {
            text(entry.get("externalIdentifierType")): entry for entry in objects(item.get("externalIdentifier"))
        }
        if text(item.get("software_primaryPurpose")) in OTHERS and not purl:
            continue
        yield Listed(
            name=name,
            version=text(item.get("software_packageVersion")),
            offset=places.of(name),
            purl=purl or text(identifiers.get("packageUrl", {}).get("identifier")),
            cpe=text(identifiers.get("cpe23", {}).get("identifier")),
            licence=licences.get(own, ""),
            needs=tuple(needs.get(own, ())),
        )


def _relations(document: dict[str, Any], names: dict[str, str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What each package needs, and its licence: a concluded one goes before a declared one."""
    expressions, needs, licences = dict[str, str](), defaultdict[str, list[str]](list), dict[str, str]()
    graph = objects(document.get("@graph"))
    for item in graph:
        if item.get("type") == LICENCE:
            expressions[text(item.get("spdxId"))] = text(item.get("simplelicensing_licenseExpression"))
    for item in graph:
        kind, one = text(item.get("relationshipType")), text(item.get("from"))
        if one not in names:
            continue
        if kind == "dependsOn":
            needs[one] += [names[other] for other in texts(item.get("to")) if other in names]
        elif kind in LICENSED:
            stated = next((expressions[other] for other in texts(item.get("to")) if other in expressions), "")
            if kind == "hasConcludedLicense" or one not in licences:
                licences[one] = stated or licences.get(one, "")
    return needs, licences
