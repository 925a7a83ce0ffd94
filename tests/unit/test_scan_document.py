"""Components and dependencies in the JSON document of a scan: every fact, and every word that the schema allows."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import BUSYBOX, SOFTWARE, small_tree

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.dependency import Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import FindingType, Silenced, SilenceKind
from pellucid.domain.place import ScannedArtefact
from pellucid.domain.severity import Severity
from pellucid.reports.scan_json import scan_json
from pellucid.reports.scan_software import component, dependency

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "scan-result.schema.json").read_text())
SCRIPT = Component(
    kind=ComponentKind.SCRIPT,
    format="text",
    architecture="",
    bits=0,
    evidence=Evidence(offset=0, seen="#!/bin/sh", artefact=BUSYBOX),
    needed=("functions",),
    interpreter="/bin/sh",
    reachability=Reachability.ENTRY_POINT,
)

SILENCED = Silenced(
    vulnerability="CVE-2021-0002",
    dependency=SOFTWARE.identity,
    source="debian",
    reason="Debian 12 fixed it in 1:1.36.1-2.",
    kind=SilenceKind.FIXED,
)


def validate(name: str, value: object) -> None:
    """Against one definition of the schema, which may name others."""
    schema = {"$schema": SCHEMA["$schema"], "$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    jsonschema_rs.validator_for(schema).validate(value)


def test_the_schema_knows_every_word() -> None:
    of_components, of_dependencies = (SCHEMA["$defs"][name]["properties"] for name in ("component", "dependency"))
    assert of_components["kind"]["enum"] == list(ComponentKind)
    assert of_components["reachability"]["enum"] == list(Reachability)
    assert of_dependencies["witness"]["enum"] == list(Witness)
    assert of_dependencies["linkage"]["enum"] == list(Linkage)


def test_a_component_says_what_it_loads_and_whether_it_runs() -> None:
    shown = component(SCRIPT, ScannedArtefact(path=BUSYBOX, sha256="ab" * 32, size=9, kind="text"), ())
    validate("component", shown)
    assert (shown["needed"], shown["interpreter"], shown["reachability"]) == (["functions"], "/bin/sh", "entryPoint")
    validate("component", component(SCRIPT, None, ()))


def test_a_dependency_says_by_what_it_was_recognised_and_where_it_is() -> None:
    shown = dependency(SOFTWARE)
    validate("dependency", shown)
    assert (shown["witness"], shown["versionRange"], shown["cpeCandidates"]) == ("versionString", "", [])
    assert shown["places"] == [BUSYBOX]
    assert shown["evidence"] == [{"artefact": BUSYBOX, "offset": 64, "length": 15, "seen": "BusyBox v1.36.1"}]
    assert set(SCHEMA["$defs"]["dependency"]["properties"]) == set(shown)


def test_a_finding_says_why_and_how_likely_it_is_to_be_used() -> None:
    result = replace(small_tree(), findings=(judged(HOLE, dependency=SOFTWARE.identity),), silenced=(SILENCED,))
    document = scan_json(result)
    jsonschema_rs.validator_for(SCHEMA).validate(document)
    (shown,) = document["findings"]
    assert set(SCHEMA["$defs"]["finding"]["properties"]) == set(shown)
    assert set(SCHEMA["$defs"]["vulnerability"]["properties"]) == set(shown["vulnerability"])
    assert shown["vulnerability"]["name"] == HOLE.name
    (reason,) = shown["reasons"]
    assert (reason["source"], reason["range"], reason["witness"]) == ("nvd", ">= 1.30, < 1.37", "versionString")
    (silenced,) = document["silenced"]
    assert (silenced["vulnerability"], silenced["kind"], silenced["source"]) == ("CVE-2021-0002", "fixed", "debian")
    assert silenced["dependency"]["product"] == "busybox"
    enums = {name: SCHEMA["$defs"]["finding"]["properties"][name] for name in ("type", "severity")}
    assert enums["type"]["enum"] == list(FindingType)
    assert enums["severity"]["enum"] == list(Severity)
    assert SCHEMA["$defs"]["silenced"]["properties"]["kind"]["enum"] == list(SilenceKind)
