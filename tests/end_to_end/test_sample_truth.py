"""The sample image against its own truth: what was put in is what is found, down to the last file."""

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.support.sample import Sample

ROOT_FILESYSTEM = "router-sample.bin!Pellucid sample router!"


@pytest.fixture(scope="module")
def document(sample: Sample) -> dict[str, Any]:
    command = [sys.executable, "-m", "pellucid.cli.main", "scan", str(sample.path), "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=240)
    return dict(json.loads(done.stdout))


def test_everything_was_read(document: dict[str, Any], sample: Sample) -> None:
    said = [(problem["unit"], problem["kind"]) for problem in document["problems"]]
    assert said == [("compromised_keys", "missing")], "no list of known-bad keys comes with Pellucid"
    assert document["image"]["sha256"] == sample.truth["sha256"]
    # Every file, the image itself and the file system in it.
    assert document["image"]["artefacts"] == len(sample.truth["files"]) + 2


def test_every_elf_file_is_a_component(document: dict[str, Any], sample: Sample) -> None:
    files = sample.truth["files"]
    elf = {files[path] for package in sample.truth["packages"] for path in package["elf"]}
    assert {item["sha256"] for item in document["components"] if item["format"] == "elf"} == elf
    assert all(files[c["path"].removeprefix(ROOT_FILESYSTEM)] == c["sha256"] for c in document["components"])


def test_products_have_the_versions_that_the_packages_say(document: dict[str, Any], sample: Sample) -> None:
    found = {(dependency["product"], dependency["version"]) for dependency in document["dependencies"]}
    assert set(sample.products.items()) <= found
    # A version that is found must be one that was put in.
    packaged = {package["version"] for package in sample.truth["packages"]}
    assert {version for _, version in found} - {""} <= packaged


def test_evidence_leads_to_a_file_of_the_package(document: dict[str, Any], sample: Sample) -> None:
    telling: dict[str, set[str]] = {}
    owned: dict[str, set[str]] = {}
    for package in sample.truth["packages"]:
        telling.setdefault(package["product"], set()).update(package["version_string_in"])
        owned.setdefault(package["product"], set()).update(package["elf"])
    for dependency in document["dependencies"]:
        product, version = dependency["product"], dependency["version"]
        if product not in sample.products or not version:
            continue
        places = {item["artefact"].removeprefix(ROOT_FILESYSTEM): item["seen"] for item in dependency["evidence"]}
        # Other files are the product's by their soname.
        assert places.keys() <= owned[product], product
        assert {place for place, seen in places.items() if version in seen} <= telling[product], product


def test_planted_key_and_certificate_are_found(document: dict[str, Any]) -> None:
    assets = {
        (item["artefact"].removeprefix(ROOT_FILESYSTEM), asset["kind"]): asset
        for asset in document["cryptographicAssets"]
        for item in asset["evidence"]
    }
    key = assets["etc/ssl/router/server.key", "privateKey"]
    certificate = assets["etc/ssl/router/server.pem", "certificate"]
    assert (key["algorithm"], key["keyBits"]) == ("RSA", 1024)
    assert certificate["isExpired"]
    assert certificate["notAfter"] == "2012-01-01T00:00:00Z"
    assert document["counts"]["expiredCertificatesCount"] == 1
