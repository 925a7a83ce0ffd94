"""Artefacts of Syft's own JSON (anchore/syft, schema/json)."""

from collections.abc import Iterator
from typing import Any

from pellucid.formats.bills.listed import MOST, Listed
from pellucid.formats.json_document import Places, mapping, objects, text


def artefacts(document: dict[str, Any], places: Places) -> Iterator[Listed]:
    """The packages that Syft found; CPE names it only made up are left out."""
    for item in objects(document.get("artifacts"))[:MOST]:
        name = text(item.get("name"))
        stated = [cpe for cpe in objects(item.get("cpes")) if text(cpe.get("source")) not in ("", "syft-generated")]
        licences = [text(licence.get("spdxExpression")) for licence in objects(item.get("licenses"))]
        yield Listed(
            name=name,
            version=text(item.get("version")),
            offset=places.of(name),
            group=text(mapping(item.get("metadata")).get("vendor")),
            purl=text(item.get("purl")),
            cpe=text(stated[0].get("cpe")) if stated else "",
            licence=" AND ".join(filter(None, licences)),
        )
