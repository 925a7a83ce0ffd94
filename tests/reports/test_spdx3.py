"""SPDX 3.0.1: valid by the official schema, and nothing lost in the bindings that SPDX generates from its model."""

import io
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from spdx_python_model.bindings import v3_0_1 as spdx
from tests.reports.example_bill import BILL, KERNEL, LIBRARY, OPENSSL, PROGRAM, SCRIPT, ZLIB, large_bill

from pellucid.errors import InvalidReport
from pellucid.reports.schemas import check
from pellucid.reports.spdx3 import spdx3

DOCUMENT = spdx3(BILL)
GRAPH: list[dict[str, Any]] = DOCUMENT["@graph"]
NAMES = {element["spdxId"]: element["name"] for element in GRAPH if "spdxId" in element and "name" in element}


@pytest.fixture(scope="module")
def read() -> spdx.SHACLObjectSet:
    """What the bindings read; they refuse what the model does not allow."""
    objects = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().read(io.BytesIO(msgspec.json.encode(DOCUMENT)), objects)
    return objects


def element(kind: str, name: str) -> dict[str, Any]:
    (found,) = [item for item in GRAPH if item["type"] == kind and item.get("name") == name]
    return found


def relations(kind: str) -> set[tuple[str, str, str]]:
    """(from, to, how it is used at run time)"""
    return {
        (NAMES[item["from"]], NAMES.get(target, target), item.get("description", ""))
        for item in GRAPH
        if item.get("relationshipType") == kind
        for target in item["to"]
    }


def facts(item: dict[str, Any]) -> list[tuple[str, str]]:
    (extension,) = item["extension"]
    entries = extension["extension_cdxProperty"]
    return [(entry["extension_cdxPropName"], entry["extension_cdxPropValue"]) for entry in entries]


def test_no_reference_leads_nowhere(read: spdx.SHACLObjectSet) -> None:
    assert not read.missing_ids
    ids = [item["spdxId"] for item in GRAPH if "spdxId" in item]
    assert len(set(ids)) == len(ids)


def test_the_bindings_read_every_element(read: spdx.SHACLObjectSet) -> None:
    for kind in {item["type"] for item in GRAPH}:
        written = [item for item in GRAPH if item["type"] == kind]
        found = list(read.foreach_type(getattr(spdx, kind), match_subclass=False))
        assert len(found) == len(written), kind
    packages: dict[str, Any] = {str(item.spdxId): item for item in read.foreach_type(spdx.software_Package)}
    for item in (item for item in GRAPH if item["type"] == "software_Package"):
        package = packages[item["spdxId"]]
        assert package.name == item["name"]
        assert package.software_packageVersion == item.get("software_packageVersion")
        assert package.software_packageUrl == item.get("software_packageUrl")
        assert [known.identifier for known in package.externalIdentifier] == [
            known["identifier"] for known in item.get("externalIdentifier", ())
        ]
        assert [known.hashValue for known in package.verifiedUsing] == [
            known["hashValue"] for known in item.get("verifiedUsing", ())
        ]
        assert (package.suppliedBy.spdxId if package.suppliedBy else None) == item.get("suppliedBy")


def test_one_root_leads_to_everything() -> None:
    document = element("SpdxDocument", "router 1.0.2")
    sbom = element("software_Sbom", "router 1.0.2")
    image = element("software_Package", "router")
    assert document["rootElement"] == [sbom["spdxId"]]
    assert sbom["rootElement"] == [image["spdxId"]]
    assert {name for _, name, _ in relations("contains") if _ == ""} >= {"zlib1g", LIBRARY, SCRIPT}
    (containing,) = [item for item in GRAPH if item.get("from") == image["spdxId"]]
    assert containing["completeness"] == "incomplete"
    assert len(containing["to"]) == len(BILL.dependencies) + len(BILL.components)


def test_relationships_say_what_each_edge_is() -> None:
    assert relations("dependsOn") == {("zlib1g", "libc6", ""), (SCRIPT, PROGRAM, "calls")}
    assert relations("hasDynamicLink") == {(PROGRAM, LIBRARY, "")}
    contained = relations("contains")
    assert {("zlib1g", LIBRARY, ""), (PROGRAM, "openssl", ""), ("router", KERNEL.product, "")} <= contained
    (running,) = [item for item in GRAPH if item["type"] == "LifecycleScopedRelationship"]
    assert running["scope"] == "runtime"


def test_licences_are_expressions_and_references_are_explained() -> None:
    by_id = {item["spdxId"]: item for item in GRAPH if "spdxId" in item}
    licences = {name: by_id[target] for name, target, _ in relations("hasDeclaredLicense")}
    assert licences["zlib1g"]["simplelicensing_licenseExpression"] == "Zlib"
    (meaning,) = licences["openssl"]["simplelicensing_customIdToUri"]
    assert meaning["key"] == licences["openssl"]["simplelicensing_licenseExpression"]
    assert by_id[meaning["value"]]["simplelicensing_licenseText"] == OPENSSL.licence


def test_evidence_and_facts_are_kept() -> None:
    package = element("software_Package", OPENSSL.product)
    (note,) = [item for item in GRAPH if item.get("subject") == package["spdxId"]]
    assert [(seen["artefact"], seen["offset"]) for seen in json.loads(note["statement"])] == [
        (PROGRAM, 12),
        (PROGRAM, 99),
    ]
    assert ("pellucid:versionRange", OPENSSL.version_range) in facts(package)
    assert ("pellucid:runsIn", "router.bin!0x40.squashfs!bin/sh") in facts(element("software_File", SCRIPT))
    assert ("pellucid:problems:squashfs:malformed", "3") in facts(element("software_Package", "router"))
    names = [item["identifier"] for item in element("software_Package", ZLIB.product)["externalIdentifier"]]
    assert names == [ZLIB.cpe, *ZLIB.cpe_candidates, ZLIB.purl]


def test_without_an_organisation_the_program_made_it() -> None:
    made = spdx3(replace(BILL, author=""))["@graph"]
    assert [item["type"] for item in made][:3] == ["CreationInfo", "SoftwareAgent", "Tool"]
    assert [item["type"] for item in GRAPH][1] == "Organization"


def test_what_does_not_meet_the_schema_is_no_report() -> None:
    broken = spdx3(BILL)
    broken["@graph"][0]["specVersion"] = 3
    with pytest.raises(InvalidReport, match="does not meet the schema"):
        check(broken, "spdx-3.0.1")


def test_a_large_bill_is_all_there() -> None:
    graph = spdx3(large_bill(2000, 10_000))["@graph"]
    assert Counter(item["type"] for item in graph)["software_Package"] == 2001
    links = [item for item in graph if item.get("relationshipType") == "hasDynamicLink"]
    assert sum(len(item["to"]) for item in links) == 10_000
