"""Components of CycloneDX documents, JSON and XML (ECMA-424; CycloneDX 1.0 to 1.7)."""

from collections.abc import Iterator
from typing import Any

from pellucid.formats.bills.listed import MOST, Listed
from pellucid.formats.json_document import Places, mapping, objects, text, texts
from pellucid.formats.xml_document import Element

# What is no software of its own.
OTHERS = frozenset(("file", "device", "data", "cryptographic-asset", "container", "operating-system"))
DEEPEST = 16


def components(document: dict[str, Any], places: Places) -> Iterator[Listed]:
    """The software of a JSON document, components inside of others too."""
    needs = {
        text(item.get("ref")): texts(item.get("dependsOn")) for item in objects(document.get("dependencies"))[:MOST]
    }
    found = list(_flat(objects(document.get("components"))))
    names = {text(item.get("bom-ref")): text(item.get("name")) for item in found}
    for item in found:
        if text(item.get("type")) in OTHERS or text(item.get("scope")) == "excluded":
            continue
        name = text(item.get("name"))
        yield Listed(
            name=name,
            version=text(item.get("version")),
            offset=places.of(name),
            group=text(item.get("group")),
            purl=text(item.get("purl")),
            cpe=text(item.get("cpe")),
            licence=_licence(objects(item.get("licenses"))),
            needs=tuple(filter(None, (names.get(ref, "") for ref in needs.get(text(item.get("bom-ref")), ())))),
            optional=text(item.get("scope")) == "optional",
        )


def xml_components(root: Element) -> Iterator[Listed]:
    """The software of an XML document."""
    needs = {
        item.attributes.get("ref", ""): [child.attributes.get("ref", "") for child in item.children]
        for item in root.all("dependencies", "dependency")
    }
    found = list(_flat_elements(root))
    names = {item.attributes.get("bom-ref", ""): item.first("name") for item in found}
    for item in found:
        if item.attributes.get("type", "") in OTHERS or item.first("scope") == "excluded":
            continue
        stated = [place.first("id") or place.first("name") for place in item.all("licenses", "license")]
        yield Listed(
            name=item.first("name"),
            version=item.first("version"),
            offset=item.offset,
            group=item.first("group"),
            purl=item.first("purl"),
            cpe=item.first("cpe"),
            licence=item.first("licenses", "expression") or " AND ".join(filter(None, stated)),
            needs=tuple(
                filter(None, (names.get(ref, "") for ref in needs.get(item.attributes.get("bom-ref", ""), ())))
            ),
            optional=item.first("scope") == "optional",
        )


def _flat(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Components with those inside of them, in their order."""
    waiting = [(item, 0) for item in reversed(found)]
    count = 0
    while waiting and count < MOST:
        item, depth = waiting.pop()
        count += 1
        yield item
        if depth < DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(objects(item.get("components")))]


def _flat_elements(root: Element) -> Iterator[Element]:
    waiting = list(root.all("components", "component"))[::-1]
    count = 0
    while waiting and count < MOST:
        item = waiting.pop()
        count += 1
        yield item
        waiting += list(item.all("components", "component"))[::-1]


def _licence(choices: list[dict[str, Any]]) -> str:
    """Several licences all apply."""
    stated = []
    for choice in choices:
        licence = mapping(choice.get("license"))
        stated.append(text(choice.get("expression")) or text(licence.get("id")) or text(licence.get("name")))
    return " AND ".join(filter(None, stated))
