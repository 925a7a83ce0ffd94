"""Records in the OSV format (schema 1.7) as advisories.

Packages of an ecosystem are named by `affected[].package`. The schema has no ecosystem for software taken as its
authors release it, and its `package` demands one, so such entries have no `package`: vendor and product, as the CPE
dictionary spells them, stand in `affected[].database_specific.upstream`, and ranges are of type ECOSYSTEM (versions
of the project) or SEMVER. Ranges of type GIT need the repository and are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pellucid.advisories.cvss import base_score
from pellucid.domain.advisory import Advisory, AffectedRange
from pellucid.domain.severity import Severity
from pellucid.errors import Malformed
from pellucid.formats.advisory_ranges import ranges_of
from pellucid.formats.version_order import comparator

MOST_AFFECTED = 5000
MOST_VERSIONS = 20_000
LONGEST_SUMMARY = 500

_WORDS = {
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "IMPORTANT": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}


def advisories_of(record: Any) -> tuple[Advisory, ...]:
    """What one record says, an advisory for each product and each CVE. Raises Malformed.

    Nothing comes of withdrawn records, of affected entries that name no product, and of those with neither ranges
    nor versions, which leave open what is affected.
    """
    if not isinstance(record, dict) or not isinstance(record.get("id"), str) or not record["id"]:
        raise Malformed("not an OSV record: it has no id")
    if record.get("withdrawn"):
        return ()
    names = (*_texts(record.get("aliases")), *_texts(record.get("upstream")))
    found: list[Advisory] = []
    for affected in _objects(record.get("affected"))[:MOST_AFFECTED]:
        for id_, aliases in _identities(record["id"], names):
            if advisory := _advisory(record, affected, id_, aliases):
                found.append(advisory)
    return tuple(found)


def _identities(id_: str, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A distribution's notice on several CVEs is several statements: one finding must not swallow the other."""
    cves = [name for name in names if name.startswith("CVE-")]
    if id_.startswith("CVE-") or len(cves) < 2:
        yield id_, tuple(names)
        return
    for cve in cves:
        yield id_, (cve, *(name for name in names if not name.startswith("CVE-")))


def _advisory(record: dict[str, Any], affected: dict[str, Any], id_: str, aliases: tuple[str, ...]) -> Advisory | None:
    ecosystem, vendor, product = _subject(record, affected)
    ranges, versions = _ranges(affected, ecosystem), _texts(affected.get("versions"))[:MOST_VERSIONS]
    if not product or not (ranges or versions):
        return None
    vector = _vector(affected) or _vector(record)
    word = _object(affected.get("database_specific")).get("severity") or _object(record.get("database_specific")).get(
        "severity"
    )
    references = [item.get("url") for item in _objects(record.get("references"))]
    return Advisory(
        id=id_,
        aliases=aliases,
        summary=str(record.get("summary") or record.get("details") or "")[:LONGEST_SUMMARY],
        ecosystem=ecosystem,
        vendor=vendor,
        product=product,
        ranges=ranges,
        versions=versions,
        cvss_score=base_score(vector),
        cvss_vector=vector,
        rating=_WORDS.get(str(word).upper(), Severity.UNSPECIFIED),
        references=tuple(url for url in references if isinstance(url, str))[:20],
    )


def _subject(record: dict[str, Any], affected: dict[str, Any]) -> tuple[str, str, str]:
    """(ecosystem, vendor, product); the product is empty when the entry names none."""
    package = _object(affected.get("package"))
    if package:
        ecosystem, name = package.get("ecosystem"), package.get("name")
        known = isinstance(ecosystem, str) and isinstance(name, str) and ecosystem != "GIT"
        return (str(ecosystem), "", str(name)) if known else ("", "", "")
    upstream = _object(_object(affected.get("database_specific")).get("upstream"))
    vendor, product = upstream.get("vendor"), upstream.get("product")
    if isinstance(vendor, str) and isinstance(product, str):
        return "", vendor, product
    # The curl project's own feed names its one product beside the record.
    if record["id"].startswith("CURL-CVE-"):
        return "", "haxx", "curl"
    return "", "", ""


def _ranges(affected: dict[str, Any], ecosystem: str) -> tuple[AffectedRange, ...]:
    order = comparator(ecosystem)
    found: list[AffectedRange] = []
    for item in _objects(affected.get("ranges")):
        if item.get("type") in ("ECOSYSTEM", "SEMVER"):
            found.extend(ranges_of(_objects(item.get("events")), order))
    return tuple(found)


def _vector(owner: Mapping[str, Any]) -> str:
    """The CVSS v3 vector, else the first of another version."""
    vectors = [str(item.get("score", "")) for item in _objects(owner.get("severity"))]
    return next((vector for vector in vectors if vector.startswith("CVSS:3")), next(iter(vectors), ""))[:300]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
