"""VEX documents that others wrote: OpenVEX 0.2.0, CycloneDX with an analysis, and CSAF 2.0 of the profile VEX."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.vex_claim import Justification, ReadStatement, VexStatus
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import mapping, objects, text, texts
from pellucid.formats.span import Data

MOST_STATEMENTS = 20_000
MOST_PRODUCTS = 2_000
MOST_NAMES = 50
UNNAMED = "(unnamed)"
DEEPEST = 20
CYCLONEDX = {
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
    "false_positive": VexStatus.NOT_AFFECTED,
    "not_affected": VexStatus.NOT_AFFECTED,
}
CYCLONEDX_JUSTIFICATIONS = {
    "code_not_present": Justification.CODE_NOT_PRESENT,
    "code_not_reachable": Justification.CODE_NOT_IN_EXECUTE_PATH,
    "requires_configuration": Justification.CODE_NOT_IN_EXECUTE_PATH,
    "requires_dependency": Justification.COMPONENT_NOT_PRESENT,
    "requires_environment": Justification.CODE_NOT_CONTROLLABLE,
    "protected_by_compiler": Justification.MITIGATIONS_EXIST,
    "protected_at_runtime": Justification.MITIGATIONS_EXIST,
    "protected_at_perimeter": Justification.MITIGATIONS_EXIST,
    "protected_by_mitigating_control": Justification.MITIGATIONS_EXIST,
}
CSAF = {
    "fixed": VexStatus.FIXED,
    "first_fixed": VexStatus.FIXED,
    "known_affected": VexStatus.AFFECTED,
    "known_not_affected": VexStatus.NOT_AFFECTED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
}


def statements(data: Data) -> tuple[str, tuple[ReadStatement, ...]]:
    """(author, statements) of a document. Raises Malformed for one that is no VEX document, and BudgetExceeded."""
    return statements_of(json_document.read(data))


def statements_of(document: Mapping[str, Any]) -> tuple[str, tuple[ReadStatement, ...]]:
    """The same of one that has been read. Raises Malformed."""
    if "openvex.dev" in text(document.get("@context")):
        author, found = text(document.get("author")), _openvex(document)
    elif document.get("bomFormat") == "CycloneDX":
        author, found = _supplier(document), _cyclonedx(document)
    elif text(mapping(document.get("document")).get("category")).casefold() == "csaf_vex":
        author, found = text(mapping(mapping(document["document"]).get("publisher")).get("name")), _csaf(document)
    else:
        raise Malformed("no VEX document: neither OpenVEX, nor CycloneDX, nor CSAF of the category csaf_vex")
    kept = tuple(statement for _, statement in zip(range(MOST_STATEMENTS), found, strict=False))
    if not kept:
        raise Malformed("a document without a statement on any vulnerability")
    return author, kept


def _openvex(document: Mapping[str, Any]) -> Iterator[ReadStatement]:
    written = _time(document.get("timestamp"))
    for item in objects(document.get("statements")):
        about = item.get("vulnerability")
        # Version 0.0.1 has the name alone.
        names = (about,) if isinstance(about, str) else (mapping(about).get("name"), *_list(mapping(about), "aliases"))
        status = text(item.get("status"))
        if status in set(VexStatus):
            yield from _statement(
                names,
                VexStatus(status),
                products=[name for product in _list(item, "products") for name in _openvex_names(product)],
                justification=_justification(text(item.get("justification"))),
                note=" ".join(filter(None, (text(item.get(key)) for key in ("impact_statement", "status_notes")))),
                since=_time(item.get("timestamp")) or written,
            )


def _openvex_names(product: object) -> Iterator[str]:
    """What it is said of: the parts of the product where there are any, else the product."""
    if isinstance(product, str):
        yield product
        return
    parts = objects(mapping(product).get("subcomponents")) or [mapping(product)]
    for part in parts:
        identifiers, hashes = mapping(part.get("identifiers")), mapping(part.get("hashes"))
        named = (identifiers.get("purl"), identifiers.get("cpe23"), part.get("@id"))
        yield from filter(None, map(text, named)) if any(map(text, named)) else (text(hashes.get("sha-256")),)


def _cyclonedx(document: Mapping[str, Any]) -> Iterator[ReadStatement]:
    written = _time(mapping(document.get("metadata")).get("timestamp"))
    named = {text(part.get("bom-ref")): _component_names(part) for part in _components(document.get("components"))}
    root = text(mapping(mapping(document.get("metadata")).get("component")).get("bom-ref"))
    for item in objects(document.get("vulnerabilities")):
        analysis = mapping(item.get("analysis"))
        status = CYCLONEDX.get(text(analysis.get("state")))
        if status is None:
            continue
        aliases = [reference.get("id") for reference in objects(item.get("references"))]
        refs = [text(affected.get("ref")) for affected in objects(item.get("affects"))]
        yield from _statement(
            (item.get("id"), *aliases),
            status,
            products=[] if root in refs else [name for ref in refs for name in named.get(ref, [ref])],
            justification=CYCLONEDX_JUSTIFICATIONS.get(text(analysis.get("justification"))),
            note=text(analysis.get("detail")),
            since=_time(analysis.get("lastUpdated")) or written,
        )


def _component_names(part: Mapping[str, Any]) -> list[str]:
    exact = [name for name in (text(part.get("purl")), text(part.get("cpe"))) if name]
    return exact or [f"{text(part.get('name'))} {text(part.get('version'))}".strip()]


def _components(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    for part in objects(value):
        yield part
        if depth < DEEPEST:
            yield from _components(part.get("components"), depth + 1)


def _csaf(document: Mapping[str, Any]) -> Iterator[ReadStatement]:
    written = _time(mapping(mapping(document["document"]).get("tracking")).get("current_release_date"))
    products = dict(_csaf_products(mapping(document.get("product_tree"))))
    for item in objects(document.get("vulnerabilities")):
        names = (item.get("cve"), *(entry.get("text") for entry in objects(item.get("ids"))))
        flags = {
            product: _justification(text(flag.get("label")))
            for flag in objects(item.get("flags"))
            for product in texts(flag.get("product_ids"))
        }
        notes = {
            product: text(threat.get("details"))
            for threat in objects(item.get("threats"))
            if threat.get("category") == "impact"
            for product in texts(threat.get("product_ids"))
        }
        for label, ids in mapping(item.get("product_status")).items():
            if label in CSAF:
                for id_ in texts(ids)[:MOST_PRODUCTS]:
                    yield from _statement(
                        names,
                        CSAF[label],
                        products=products.get(id_) or [id_],
                        justification=flags.get(id_),
                        note=notes.get(id_, ""),
                        since=written,
                    )


def _csaf_products(tree: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What products are called, by their ids; those that are put together of two are called like the part."""
    direct = dict(_csaf_branches(tree, 0))
    yield from direct.items()
    for relation in objects(tree.get("relationships")):
        id_ = text(mapping(relation.get("full_product_name")).get("product_id"))
        yield id_, direct.get(text(relation.get("product_reference")), [])


def _csaf_branches(branch: Mapping[str, Any], depth: int) -> Iterator[tuple[str, list[str]]]:
    for product in (*objects(branch.get("full_product_names")), mapping(branch.get("product"))):
        helper = mapping(product.get("product_identification_helper"))
        names = [text(helper.get("purl")), text(helper.get("cpe")), text(product.get("name"))]
        if id_ := text(product.get("product_id")):
            yield id_, [name for name in names if name]
    if depth < DEEPEST:
        for inner in objects(branch.get("branches")):
            yield from _csaf_branches(inner, depth + 1)


def _statement(
    names: object,
    status: VexStatus,
    *,
    products: list[str],
    justification: Justification | None,
    note: str,
    since: datetime | None,
) -> Iterator[ReadStatement]:
    known = tuple(dict.fromkeys(filter(None, map(text, names[:MOST_NAMES] if isinstance(names, tuple) else ()))))
    if known:
        yield ReadStatement(
            names=known,
            status=status,
            # What is said of something without a name is not said of everything.
            products=tuple(dict.fromkeys(filter(None, products)))[:MOST_PRODUCTS] or (UNNAMED,) * bool(products),
            justification=justification if status is VexStatus.NOT_AFFECTED else None,
            note=note,
            since=since,
        )


def _list(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value[:MOST_PRODUCTS] if isinstance(value, list) else []


def _supplier(document: Mapping[str, Any]) -> str:
    metadata = mapping(document.get("metadata"))
    stated = (metadata.get(key) for key in ("supplier", "manufacturer", "manufacture"))
    return next((name for item in stated if (name := text(mapping(item).get("name")))), "")


def _justification(label: str) -> Justification | None:
    return Justification(label) if label in set(Justification) else None


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
