"""CycloneDX: valid by the official schemas, and nothing lost in the parser of another tool."""

import io
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component
from cyclonedx.schema import __file__ as schemas
from lxml import etree  # type: ignore[import-untyped]  # has no types
from tests.reports.example_bill import BILL, KERNEL, LIBRARY, PROGRAM, SCRIPT, STATUS, ZLIB, large_bill

from pellucid.domain.bill import Bill, Coverage
from pellucid.reports.cyclonedx import VERSIONS, cyclonedx
from pellucid.reports.cyclonedx_xml import cyclonedx_xml
from pellucid.reports.text import plain

XSD = Path(schemas).parent / "_res"
DOCUMENT = cyclonedx(BILL)


def named(name: str, document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The only component of this name."""
    (found,) = [item for item in document["components"] if item["name"] == name]
    assert isinstance(found, dict)
    return found


def properties(component: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["name"].removeprefix("pellucid:"), item["value"]) for item in component["properties"]]


def depends_on(ref: str) -> list[str]:
    (found,) = [item for item in DOCUMENT["dependencies"] if item["ref"] == ref]
    return list(found.get("dependsOn", ()))


def xml_schema(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD / f"bom-{version}.SNAPSHOT.xsd"))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_xml_is_valid_by_the_official_schema(version: str) -> None:
    written = cyclonedx_xml(cyclonedx(BILL, version)).encode()
    xml_schema(version).assertValid(etree.fromstring(written))


def test_the_schema_for_xml_refuses_another_order() -> None:
    document = cyclonedx(BILL)
    document["components"][0] = dict(reversed(document["components"][0].items()))
    assert not xml_schema("1.7").validate(etree.fromstring(cyclonedx_xml(document).encode()))


@pytest.mark.parametrize("version", VERSIONS)
def test_another_tool_reads_from_json_and_xml_what_was_written(version: str) -> None:
    document = cyclonedx(BILL, version)
    from_json = Bom.from_json(document)  # type: ignore[attr-defined]  # made by a decorator
    from_xml = Bom.from_xml(io.StringIO(cyclonedx_xml(document)))  # type: ignore[attr-defined]  # made by a decorator
    for bom in (from_json, from_xml):
        assert bom.serial_number.urn == document["serialNumber"]
        assert _written(bom.metadata.component) == _expected(document["metadata"]["component"])
        assert bom.metadata.manufacturer.name == BILL.author
        assert bom.metadata.supplier.name == BILL.supplier
        assert bom.metadata.timestamp.isoformat() == "2026-03-04T05:06:07+00:00"
        assert sorted((item.name, item.value) for item in bom.metadata.properties) == sorted(
            (item["name"], item["value"]) for item in document["metadata"]["properties"]
        )
        assert len(bom.components) == len(document["components"])
        read = {component.bom_ref.value: component for component in bom.components}
        for component in document["components"]:
            assert _written(read[component["bom-ref"]]) == _expected(component)
        graph = {item.ref.value: sorted(to.ref.value for to in item.dependencies) for item in bom.dependencies}
        assert graph == {item["ref"]: item.get("dependsOn", []) for item in document["dependencies"]}


def _written(component: Component) -> dict[str, Any]:
    """Every field of a component that the other tool has read, in the words of the JSON document."""
    evidence = component.evidence
    return {
        "type": component.type.value,
        "supplier": component.supplier.name if component.supplier else None,
        "name": component.name,
        "version": component.version,
        "hashes": [(item.alg.value, item.content) for item in component.hashes],
        "licences": [
            (getattr(item, "id", None), getattr(item, "name", None), getattr(item, "value", None))
            for item in component.licenses
        ],
        "cpe": component.cpe,
        "purl": component.purl.to_string() if component.purl else None,
        "properties": sorted((item.name, item.value) for item in component.properties),
        "identity": sorted(
            (
                item.field.value,
                float(item.confidence),
                item.concluded_value,
                [(method.technique.value, float(method.confidence), method.value) for method in item.methods],
            )
            for item in (evidence.identity if evidence else ())
        ),
        "occurrences": sorted(
            (item.location, item.offset, item.additional_context) for item in (evidence.occurrences if evidence else ())
        ),
    }


def _expected(component: dict[str, Any]) -> dict[str, Any]:
    """The same of a component as it was written."""
    evidence = component.get("evidence", {})
    licences = [(item.get("license", {}), item.get("expression")) for item in component.get("licenses", ())]
    return {
        "type": component["type"],
        "supplier": component["supplier"]["name"] if "supplier" in component else None,
        "name": component["name"],
        "version": component.get("version"),
        "hashes": [(item["alg"], item["content"]) for item in component.get("hashes", ())],
        "licences": [(licence.get("id"), licence.get("name"), expression) for licence, expression in licences],
        "cpe": component.get("cpe"),
        "purl": component.get("purl"),
        "properties": sorted((item["name"], item["value"]) for item in component.get("properties", ())),
        "identity": sorted(
            (
                item["field"],
                item["confidence"],
                item["concludedValue"],
                [(method["technique"], method["confidence"], method.get("value")) for method in item["methods"]],
            )
            for item in evidence.get("identity", ())
        ),
        "occurrences": sorted(
            (item["location"], item["offset"], item.get("additionalContext"))
            for item in evidence.get("occurrences", ())
        ),
    }


def test_a_package_says_all_that_is_known_of_it() -> None:
    component = named(ZLIB.product)
    assert (component["purl"], component["cpe"], component["version"]) == (ZLIB.purl, ZLIB.cpe, ZLIB.version)
    assert component["licenses"] == [{"license": {"id": "Zlib", "acknowledgement": "declared"}}]
    assert component["evidence"]["occurrences"] == [
        {"location": STATUS, "offset": 4711, "additionalContext": "Package: zlib1g"}
    ]
    assert component["evidence"]["identity"][0]["methods"][0]["technique"] == "manifest-analysis"
    assert properties(component) == [
        ("linkage", "direct"),
        ("witness", "package"),
        ("confidence", "1"),
        ("ecosystem", "Debian:12"),
        ("distro", "debian-12"),
        ("epoch", "1"),
        ("release", "1"),
        ("sourceName", "zlib"),
        ("sourceVersion", "1:1.2.13.dfsg-1"),
        ("alias", "zlib"),
        ("cpeCandidate", ZLIB.cpe_candidates[0]),
        ("unmetRequirement", "not-installed"),
        ("place", ZLIB.places[1]),
    ]


def test_the_graph_says_who_needs_whom() -> None:
    refs = {item["name"]: item["bom-ref"] for item in DOCUMENT["components"]}
    assert depends_on(refs["zlib1g"]) == [refs["libc6"]]
    assert depends_on(refs[LIBRARY]) == [refs["zlib1g"]]
    assert depends_on(refs[PROGRAM]) == sorted([refs[LIBRARY], refs["openssl"]])
    assert depends_on(refs[SCRIPT]) == [refs[PROGRAM]]
    assert depends_on("image") == sorted(refs.values())
    assert ("runsIn", "router.bin!0x40.squashfs!bin/sh") in properties(named(SCRIPT))


def test_every_reference_leads_to_one_component() -> None:
    refs = [item["bom-ref"] for item in DOCUMENT["components"]]
    assert len(set(refs)) == len(refs)
    assert [item["ref"] for item in DOCUMENT["dependencies"]] == ["image", *refs]


def test_what_is_the_same_to_a_reader_still_has_references_of_its_own() -> None:
    twins = tuple(replace(ZLIB, version=version, purl="") for version in ("1\x01", "1\x02"))
    refs = [item["bom-ref"] for item in cyclonedx(replace(BILL, dependencies=twins, components=()))["components"]]
    assert refs == ["software:zlib/zlib1g@1\ufffd", "software:zlib/zlib1g@1\ufffd#2"]


def test_what_has_the_same_identity_is_told_apart_by_its_range() -> None:
    ranges = ("vers:generic/<1", "vers:generic/>=1")
    twins = tuple(replace(ZLIB, version="", purl="", version_range=range_) for range_ in ranges)
    first, second = (
        cyclonedx(replace(BILL, dependencies=order, components=()))["components"] for order in (twins, twins[::-1])
    )
    assert first == second
    assert len({item["bom-ref"] for item in first}) == 2


def test_names_of_software_that_runs_machines_are_no_libraries() -> None:
    assert named(KERNEL.product)["type"] == "operating-system"
    assert DOCUMENT["metadata"]["component"]["type"] == "firmware"


def test_identifiers_that_are_none_stand_in_properties() -> None:
    (component,) = [item for item in DOCUMENT["components"] if item["name"].startswith("=cmd")]
    assert not {"cpe", "purl"} & set(component)
    assert {("cpe", "cpe:2.3:a:almost"), ("purl", "pkg:generic/not a url")} <= set(properties(component))
    assert len(component["version"]) == 1024


@pytest.mark.parametrize(("coverage", "aggregate"), [(BILL.coverage, "incomplete"), (Coverage(artefacts=9), "unknown")])
def test_a_bill_never_claims_to_be_complete(coverage: Coverage, aggregate: str) -> None:
    document = cyclonedx(replace(BILL, coverage=coverage))
    assert document["compositions"] == [{"aggregate": aggregate, "assemblies": ["image"], "dependencies": ["image"]}]


def test_what_was_not_read_is_counted() -> None:
    facts = properties(DOCUMENT["metadata"])
    assert facts == [("artefacts", "564"), ("unreadArtefacts", "2"), ("problems:squashfs:malformed", "3")]


def test_the_order_of_the_bill_does_not_matter() -> None:
    assert cyclonedx(_shuffled(BILL)) == DOCUMENT
    assert list(cyclonedx(_shuffled(BILL))) == list(DOCUMENT)


def _shuffled(bill: Bill) -> Bill:
    random = Random(4)
    return replace(
        bill,
        dependencies=tuple(random.sample(bill.dependencies, len(bill.dependencies))),
        components=tuple(random.sample(bill.components, len(bill.components))),
        links=tuple(random.sample(bill.links, len(bill.links))),
    )


def test_another_scan_differs_in_serial_and_time_alone() -> None:
    later = cyclonedx(replace(BILL, created=BILL.created.replace(year=2027)))
    assert later["serialNumber"] != DOCUMENT["serialNumber"]
    later["serialNumber"] = DOCUMENT["serialNumber"]
    later["metadata"]["timestamp"] = DOCUMENT["metadata"]["timestamp"]
    assert later == DOCUMENT


def test_paths_stay_on_one_line_and_are_text() -> None:
    assert plain("a\nb\x00\udc80") == "a b\ufffd\ufffd"
    cyclonedx_xml(DOCUMENT).encode()


def test_a_large_bill_is_all_there() -> None:
    document = cyclonedx(large_bill(2000, 10_000))
    assert len(document["components"]) == 4000
    edges = sum(len(item.get("dependsOn", ())) for item in document["dependencies"])
    assert edges == 4000 + 2000 + 2000 + 10_000  # the image on all, files on packages, packages on packages, loading
