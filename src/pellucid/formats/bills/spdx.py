"""Packages of SPDX documents, JSON and tag-value (SPDX 2.2 and 2.3, ISO/IEC 5962)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pellucid.formats.bills.listed import MOST, Listed
from pellucid.formats.indented_text import lines
from pellucid.formats.json_document import Places, mapping, objects, text, texts
from pellucid.formats.span import Data

UNKNOWN = frozenset(("NOASSERTION", "NONE"))
OTHERS = frozenset(("FILE", "SOURCE", "CONTAINER", "OPERATING-SYSTEM", "DEVICE", "ARCHIVE"))
NEEDS, NEEDED = frozenset(("DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK")), frozenset(("DEPENDENCY_OF",))


def packages(document: dict[str, Any], places: Places) -> Iterator[Listed]:
    """The packages of a JSON document."""
    found = objects(document.get("packages"))[:MOST]
    names = {text(item.get("SPDXID")): text(item.get("name")) for item in found}
    needs = _needs(objects(document.get("relationships")), names)
    for item in found:
        references = objects(item.get("externalRefs"))
        name, purl = text(item.get("name")), _reference(references, "purl")
        if text(item.get("primaryPackagePurpose")).upper().replace("_", "-") in OTHERS and not purl:
            continue
        yield Listed(
            name=name,
            version=_known(text(item.get("versionInfo"))),
            offset=places.of(name),
            purl=purl,
            cpe=_reference(references, "cpe23Type"),
            licence=_known(text(item.get("licenseConcluded"))) or _known(text(item.get("licenseDeclared"))),
            needs=tuple(needs.get(text(item.get("SPDXID")), ())),
        )


def tagged_packages(data: Data) -> Iterator[Listed]:
    """The packages of a tag-value document."""
    fields: dict[str, str] = {}
    offset, count = 0, 0
    for line in lines(data):
        tag, colon, value = line.text.partition(":")
        value = value.strip()
        if not colon:
            continue
        if tag in ("PackageName", "FileName", "SnippetSPDXID", "LicenseID", "Relationship"):
            if fields:
                yield _tagged(fields, offset)
                count += 1
            fields, offset = ({"PackageName": value} if tag == "PackageName" else {}), line.offset
            if count >= MOST:
                return
        elif fields and tag == "ExternalRef":
            kind = value.split(" ")
            if len(kind) == 3 and kind[1] in ("purl", "cpe23Type"):
                fields.setdefault(kind[1], kind[2])
        elif fields:
            fields.setdefault(tag, value)
    if fields:
        yield _tagged(fields, offset)


def _tagged(fields: dict[str, str], offset: int) -> Listed:
    concluded, declared = fields.get("PackageLicenseConcluded", ""), fields.get("PackageLicenseDeclared", "")
    return Listed(
        name=fields["PackageName"],
        version=_known(fields.get("PackageVersion", "")),
        offset=offset,
        purl=fields.get("purl", ""),
        cpe=fields.get("cpe23Type", ""),
        licence=_known(concluded) or _known(declared),
    )


def creators(document: dict[str, Any]) -> tuple[str, ...]:
    """Who made a JSON document, such as "Tool: syft-1.18.1"."""
    return texts(mapping(document.get("creationInfo")).get("creators"))


def _needs(relations: list[dict[str, Any]], names: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for relation in relations[: MOST * 4]:
        kind, one, other = (
            text(relation.get(key)) for key in ("relationshipType", "spdxElementId", "relatedSpdxElement")
        )
        if kind in NEEDED:
            one, other = other, one
        elif kind not in NEEDS:
            continue
        if one in names and other in names:
            found[one].append(names[other])
    return found


def _reference(references: list[dict[str, Any]], kind: str) -> str:
    return next((text(item.get("referenceLocator")) for item in references if item.get("referenceType") == kind), "")


def _known(value: str) -> str:
    return "" if value in UNKNOWN else value
