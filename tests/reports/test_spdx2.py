"""SPDX 2.3: valid by the official schema and the rules of the specification, and nothing lost in another tool."""

import json
from typing import Any

import msgspec
import pytest
from license_expression import get_spdx_licensing  # type: ignore[import-untyped]  # has no types
from spdx_tools.spdx.model.document import Document
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from tests.reports.example_bill import BILL, KERNEL, LIBRARY, OPENSSL, PROGRAM, SCRIPT, ZLIB, large_bill

from pellucid.reports.spdx2 import spdx2
from pellucid.reports.text import plain

DOCUMENT = spdx2(BILL)
NAMES = {package["SPDXID"]: package["name"] for package in DOCUMENT["packages"]}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """What the other tool reads."""
    path = tmp_path_factory.mktemp("spdx") / "bill.spdx.json"
    path.write_bytes(msgspec.json.encode(DOCUMENT))
    document = parse_file(str(path))
    assert isinstance(document, Document)
    return document


def package(name: str) -> dict[str, Any]:
    (found,) = [item for item in DOCUMENT["packages"] if item["name"] == name]
    assert isinstance(found, dict)
    return found


def relationships(kind: str) -> set[tuple[str, str]]:
    found = [item for item in DOCUMENT["relationships"] if item["relationshipType"] == kind]
    return {(NAMES.get(item["spdxElementId"], ""), NAMES.get(item["relatedSpdxElement"], "")) for item in found}


def without_needless_brackets(expression: str) -> str:
    """As the other tool writes an expression that it has read."""
    return expression if expression == "NOASSERTION" else str(get_spdx_licensing().parse(expression))


def annotation(item: dict[str, Any], head: str) -> Any:
    (found,) = [note["comment"] for note in item["annotations"] if note["comment"].startswith(head)]
    return json.loads(found.removeprefix(head))


def test_it_keeps_to_every_rule_of_the_specification(parsed: Document) -> None:
    assert [message.validation_message for message in validate_full_spdx_document(parsed)] == []


def test_another_tool_reads_what_was_written(parsed: Document) -> None:
    assert parsed.creation_info.document_namespace == DOCUMENT["documentNamespace"]
    assert [creator.to_serialized_string() for creator in parsed.creation_info.creators] == [
        "Tool: pellucid-0.1.0",
        "Organization: ACME Product Security",
    ]
    assert len(parsed.relationships) == len(DOCUMENT["relationships"])
    assert len(parsed.packages) == len(DOCUMENT["packages"]) == 1 + len(BILL.dependencies) + len(BILL.components)
    for read, written in zip(parsed.packages, DOCUMENT["packages"], strict=True):
        assert read.spdx_id == written["SPDXID"]
        assert read.name == written["name"]
        assert read.version == written.get("versionInfo")
        assert read.file_name == written.get("packageFileName")
        assert read.primary_package_purpose is not None
        assert read.primary_package_purpose.name == written["primaryPackagePurpose"]
        checksums = [item["checksumValue"] for item in written.get("checksums", ())]
        assert [item.value for item in read.checksums] == checksums
        references = [(item["referenceType"], item["referenceLocator"]) for item in written.get("externalRefs", ())]
        assert [(item.reference_type, item.locator) for item in read.external_references] == references
        assert str(read.license_declared) == without_needless_brackets(written["licenseDeclared"])
        assert read.files_analyzed is False
    assert len(parsed.annotations) == sum(len(item["annotations"]) for item in DOCUMENT["packages"])
    explained = {item.license_id: item.extracted_text for item in parsed.extracted_licensing_info}
    assert explained == {item["licenseId"]: item["extractedText"] for item in DOCUMENT["hasExtractedLicensingInfos"]}


def test_licences_are_the_lists_or_are_explained() -> None:
    assert package("zlib1g")["licenseDeclared"] == "Zlib"
    expression = "LGPL-2.1-or-later AND (GPL-2.0-only WITH Classpath-exception-2.0)"
    assert package("libc6")["licenseDeclared"] == expression
    explained = {item["licenseId"]: item["extractedText"] for item in DOCUMENT["hasExtractedLicensingInfos"]}
    assert explained[package("openssl")["licenseDeclared"]] == OPENSSL.licence
    assert explained["LicenseRef-firmware"] == "Referred to as LicenseRef-firmware; its text was not stated."
    assert package(LIBRARY)["licenseDeclared"] == "NOASSERTION"


def test_relationships_say_what_each_edge_is() -> None:
    assert {name for _, name in relationships("DESCRIBES")} == {"router"}
    assert relationships("DEPENDS_ON") == {("zlib1g", "libc6")}
    assert relationships("DYNAMIC_LINK") == {(PROGRAM, LIBRARY)}
    assert relationships("RUNTIME_DEPENDENCY_OF") == {(PROGRAM, SCRIPT)}
    contained = relationships("CONTAINS")
    assert {("zlib1g", LIBRARY), (PROGRAM, "openssl"), ("router", KERNEL.product), ("router", SCRIPT)} <= contained
    assert ("router", "") in contained, "NOASSERTION: there may be more"


def test_evidence_and_facts_are_kept_as_json() -> None:
    assert annotation(package(OPENSSL.product), "pellucid:evidence ") == [
        {"artefact": PROGRAM, "offset": 12, "length": 7, "seen": "SSLv3"},
        {"artefact": PROGRAM, "offset": 99, "length": 7, "seen": "OpenSSL"},
    ]
    facts = annotation(package(OPENSSL.product), "pellucid:facts ")
    assert ["pellucid:versionRange", OPENSSL.version_range] in facts
    assert ["pellucid:runsIn", "router.bin!0x40.squashfs!bin/sh"] in annotation(package(SCRIPT), "pellucid:facts ")
    assert not [name for name, _ in annotation(package(PROGRAM), "pellucid:facts ") if name == "pellucid:loads"]


def test_identifiers() -> None:
    locators = [item["referenceLocator"] for item in package(ZLIB.product)["externalRefs"]]
    assert locators == [ZLIB.cpe, *ZLIB.cpe_candidates, ZLIB.purl]
    (hard,) = [item for item in DOCUMENT["packages"] if item["name"].startswith("=cmd")]
    assert "externalRefs" not in hard
    assert plain(hard["name"]) == hard["name"]


def test_a_large_bill_is_all_there() -> None:
    document = spdx2(large_bill(2000, 10_000))
    kinds = [item["relationshipType"] for item in document["relationships"]]
    assert kinds.count("DYNAMIC_LINK") == 10_000
    assert kinds.count("CONTAINS") == 4000 + 2000 + 1
    assert len({item["SPDXID"] for item in document["packages"]}) == 4001


def test_ids_are_the_same_in_every_document() -> None:
    (again,) = [item for item in spdx2(large_bill(3, 0))["packages"] if item["name"] == "lib1"]
    assert again["SPDXID"] == "SPDXRef-pkg-deb-debian-lib1-1.1-arch-armhf-" + again["SPDXID"][-12:]
