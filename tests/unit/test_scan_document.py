"""Components and dependencies in the JSON document of a scan: every fact, and every word that the schema allows."""

import json
from dataclasses import fields, replace
from pathlib import Path

import jsonschema_rs
from tests.support.cryptography_in_trees import ASSETS, crypto_tree
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import BUSYBOX, SOFTWARE, small_tree

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.crypto_use import Primitive, UseWitness
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


def test_cryptography_is_there_once_with_every_place() -> None:
    document = scan_json(crypto_tree())
    jsonschema_rs.validator_for(SCHEMA).validate(document)
    assets, uses = document["cryptographicAssets"], document["cryptographicUses"]
    assert {item["kind"] for item in assets} == set(CryptoKind)
    assert all(set(SCHEMA["$defs"]["cryptographicAsset"]["properties"]) == set(item) for item in assets)
    # Whether it is expired is more, and the bytes of certificates are for downloads.
    assert len(assets[0]) == len(fields(CryptoAsset))
    assert (assets[0]["curve"], assets[1]["curve"], assets[0]["isExpired"]) == ("", "P-256", True)
    assert [seen["offset"] for seen in assets[0]["evidence"]] == [0, 400]
    assert len(assets) == len(ASSETS) - 1
    aes, tls, _ = uses
    assert (aes["algorithm"], aes["witness"], aes["confidence"]) == ("AES", "constant", 0.95)
    assert [(seen["witness"], seen["offset"]) for seen in aes["evidence"]] == [("configuration", 100), ("constant", 64)]
    assert (tls["algorithm"], tls["protocol"], tls["parameters"]) == ("", "TLS", "1.2")
    assert set(SCHEMA["$defs"]["cryptographicUse"]["properties"]) == set(aes)


def test_the_schema_knows_every_word_of_cryptography() -> None:
    asset, use = (SCHEMA["$defs"][name]["properties"] for name in ("cryptographicAsset", "cryptographicUse"))
    assert asset["kind"]["enum"] == list(CryptoKind)
    assert asset["encoding"]["enum"] == list(Encoding)
    assert use["primitive"]["enum"] == list(Primitive)
    assert use["witness"]["enum"] == list(UseWitness)
