"""`pellucid scan --format cbom`: the whole way from bytes to a document."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import certificate
from tests.support.command_line import pellucid


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root file system with a certificate and its private key."""
    folder = tmp_path_factory.mktemp("image")
    path = folder / "rootfs.tar"
    with tarfile.open(path, "w") as archive:
        for name, made in zip(("etc/router.pem", "etc/router.key"), certificate(folder, "router.example"), strict=True):
            info = tarfile.TarInfo(name)
            info.size = made.stat().st_size
            archive.addfile(info, io.BytesIO(made.read_bytes()))
    return path


@pytest.mark.parametrize(("form", "version"), [("cbom", "1.7"), ("cbom-1.6", "1.6")])
def test_the_pair_is_there_and_belongs_together(image: Path, form: str, version: str) -> None:
    ended = pellucid("scan", image, "--format", form, "--processes", "1")
    assert ended.code == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["specVersion"] == version
    kinds = {item["bom-ref"].split(":")[1]: item for item in document["components"]}
    graph: dict[str, Any] = {item["ref"]: item.get("dependsOn", []) for item in document["dependencies"]}
    leaf, private, public = (kinds[kind]["bom-ref"] for kind in ("certificate", "privateKey", "publicKey"))
    assert public in graph[leaf]
    assert public in graph[private]
    assert "crypto:algorithm:EC-P-256" in graph[public]
    assert kinds["certificate"]["name"] == "CN=router.example"
    seen = [place["location"] for place in kinds["privateKey"]["evidence"]["occurrences"]]
    assert seen == ["rootfs.tar!etc/router.key"]


def test_a_severe_finding_changes_the_exit_code_not_the_document(image: Path) -> None:
    ended = pellucid("scan", image, "--format", "cbom", "--processes", "1", "--fail-on", "high")
    assert ended.code == 1
    assert json.loads(ended.stdout)["bomFormat"] == "CycloneDX"
