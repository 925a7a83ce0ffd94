"""Container images: layers in order, whiteouts, what later layers hide, several images in one archive."""

import gzip
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.support.container_images import Layer, digest, docker, oci, tar_of
from tests.support.trees import Extraction, extract

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors import EXTRACTORS
from pellucid.extractors.container_image import container_image

BASE: Layer = {
    "etc/": None,
    "etc/motd": b"welcome",
    "etc/passwd": b"root",
    "etc/keep": b"stays",
    "var/": None,
    "var/cache/": None,
    "var/cache/one": b"1",
    "var/cache/sub/two": b"2",
    "old/": None,
    "old/deep/file": b"deep",
    "becomes-link/": None,
    "becomes-link/inside": b"inside",
    "becomes-folder": b"was a file",
    "first": b"linked",
    "second": "= first",
}
MIDDLE: Layer = {
    "etc/": None,
    "etc/.wh.motd": b"",
    "etc/passwd": b"root and more",
    "var/cache/.wh..wh..opq": b"",
    "var/cache/three": b"3",
    ".wh.old": b"",
    "old/": None,
    "old/new": b"made again",
    "becomes-link": "-> etc",
    "becomes-folder/": None,
    "becomes-folder/x": b"x",
    "first": b"replaced",
    ".wh..wh.aufs": b"",
}
TOP: Layer = {"./etc/passwd": b"only me", "app/../../evil": b"e", "var/cache/.wh.three": b""}
LAYERS = [tar_of(BASE), tar_of(MIDDLE), tar_of(TOP)]
VISIBLE = {
    "rootfs/etc/keep": b"stays",
    "rootfs/etc/passwd": b"only me",
    "rootfs/old/new": b"made again",
    "rootfs/becomes-folder/x": b"x",
    "rootfs/first": b"replaced",
    "rootfs/app/evil": b"e",
    "rootfs/.wh..wh.aufs": b"",
}
HIDDEN = {
    "shadowed/0/etc/motd": (b"welcome", 1),
    "shadowed/0/etc/passwd": (b"root", 1),
    "shadowed/1/etc/passwd": (b"root and more", 2),
    "shadowed/0/var/cache/one": (b"1", 1),
    "shadowed/0/var/cache/sub/two": (b"2", 1),
    "shadowed/1/var/cache/three": (b"3", 2),
    "shadowed/0/old/deep/file": (b"deep", 1),
    "shadowed/0/becomes-link/inside": (b"inside", 1),
    "shadowed/0/becomes-folder": (b"was a file", 1),
    "shadowed/0/first": (b"linked", 1),
}


def system(found: Extraction) -> dict[str, bytes]:
    return {name: content for name, content in found.contents.items() if name.startswith(("rootfs/", "shadowed/"))}


def uncompressed(layer: bytes) -> bytes:
    return layer


@pytest.mark.parametrize("form", ["docker", "gzip", "zstd", "plain"])
def test_layers_are_merged(tmp_path: Path, form: str) -> None:
    pack = {"gzip": gzip.compress, "zstd": zstandard.compress, "plain": uncompressed}
    data = docker({"acme/app:1": LAYERS}) if form == "docker" else oci({"amd64": LAYERS}, pack[form])
    assert container_image.measure(b"x" * 512 + data, 512) == len(data)
    found = extract(container_image, data, tmp_path)
    assert not found.problems
    assert system(found) == VISIBLE | {name: content for name, (content, _) in HIDDEN.items()}
    facts = {entry.name: entry.facts for entry in found.entries}
    for name, (_, layer) in HIDDEN.items():
        assert facts[name]["shadowedBy"] == digest(LAYERS[layer])
    assert facts["rootfs/etc/keep"] == {"layer": digest(LAYERS[0]), "layerIndex": "0", "createdBy": "COPY 0"}
    assert facts["rootfs/etc/passwd"] == {"layer": digest(LAYERS[2]), "layerIndex": "2", "createdBy": "COPY 2"}
    links = {entry.name: entry for entry in found.entries if entry.target}
    assert links["rootfs/becomes-link"].target == "etc"
    # Its own first name is hidden by now, the content that it shares is not.
    assert links["rootfs/second"].kind is EntryKind.HARDLINK
    assert links["rootfs/second"].target == "shadowed/0/first"
    assert [entry.name for entry in found.entries].count("rootfs/etc") == 1


def test_the_configuration_becomes_facts(tmp_path: Path) -> None:
    found = extract(container_image, docker({"acme/app:1": LAYERS}), tmp_path)
    expected = {
        "tags": "acme/app:1",
        "architecture": "amd64",
        "os": "linux",
        "user": "daemon",
        "entrypoint": "/init",
        "cmd": "serve --all",
        "exposedPorts": "443/tcp 80/tcp",
        "env.TOKEN": "***",
        "label.maintainer": "somebody",
        "layer.1": f"{digest(LAYERS[1])} COPY 1",
    }
    assert found.metadata.items() >= expected.items()
    assert "manifest.json" in found.contents
    assert sum(name.endswith(".json") for name in found.contents) == 2
    assert not any(name.endswith("layer.tar") for name in found.contents)


def test_several_images_have_folders_of_their_own(tmp_path: Path) -> None:
    other = [LAYERS[0], tar_of({"only/here": b"other"})]
    found = extract(container_image, docker({"acme/app:1": LAYERS, "acme/other:2": other}), tmp_path)
    assert found.contents["acme_app_1-linux-amd64/rootfs/etc/passwd"] == b"only me"
    assert found.contents["acme_other_2-linux-amd64/rootfs/etc/motd"] == b"welcome"
    assert found.contents["acme_other_2-linux-amd64/rootfs/only/here"] == b"other"
    assert found.metadata["acme_other_2-linux-amd64.tags"] == "acme/other:2"
    assert not found.problems


def test_platforms_of_one_index(tmp_path: Path) -> None:
    found = extract(container_image, oci({"amd64": LAYERS, "arm64": LAYERS[:1]}), tmp_path)
    assert found.contents["acme_app_1-linux-amd64/rootfs/etc/passwd"] == b"only me"
    assert found.contents["acme_app_1-linux-arm64/rootfs/etc/motd"] == b"welcome"
    assert not found.problems


def test_an_image_with_two_tags_comes_out_once(tmp_path: Path) -> None:
    found = extract(container_image, docker({"acme/app:1": LAYERS, "acme/app:latest": LAYERS}), tmp_path)
    assert found.metadata["tags"] == "acme/app:1 acme/app:latest"
    assert found.contents["rootfs/etc/keep"] == b"stays"


def test_damage_is_told_and_the_rest_comes_out(tmp_path: Path) -> None:
    data = bytearray(oci({"amd64": LAYERS}, uncompressed))
    at = data.index(b"root and more")
    data[at : at + 4] = b"ROOT"
    found = extract(container_image, bytes(data), tmp_path)
    assert found.kinds == {ProblemKind.MALFORMED}
    assert "differs" in found.problems[0][1]
    assert found.contents["shadowed/1/etc/passwd"] == b"ROOT and more"
    data[at : at + 4] = b"root"
    cut = bytes(data[: data.index(b"only me")])
    with_manifest = extract(container_image, cut, tmp_path)
    assert with_manifest.refused or with_manifest.problems


def test_missing_and_broken_layers(tmp_path: Path) -> None:
    packed: list[bytes] = []

    def half(layer: bytes) -> bytes:
        packed.append(gzip.compress(layer))
        return packed[-1][:-40] if len(packed) == 2 else packed[-1]

    found = extract(container_image, oci({"amd64": LAYERS}, half), tmp_path)
    assert found.problems
    assert all(message.startswith("layer 1: ") for _, message in found.problems)
    assert found.contents["rootfs/etc/keep"] == b"stays"
    absent = docker({"a": LAYERS}).replace(b"/layer.tar", b"/layer.tax", 1)
    with pytest.raises(Malformed):
        container_image.measure(absent, 0)


@pytest.mark.parametrize(
    "entries",
    [
        {"manifest.json": b'[{"Layers": []}]', "bin/sh": b"no image"},
        {"manifest.json": b'{"name": "an extension of a browser"}'},
        {"manifest.json": b"[" * 100_000},
        {"index.json": b"{}"},
        {"some.json": b"{}"},
    ],
)
def test_other_archives_are_tars(entries: dict[str, Any]) -> None:
    data = tar_of(entries)
    with pytest.raises(Malformed):
        container_image.measure(data, 0)
    names = [unit.name for unit in EXTRACTORS]
    assert names.index("container_image") < names.index("tar")


def test_manifests_of_nonsense(tmp_path: Path) -> None:
    for manifest in (b'[{"Layers": 5}]', b'[{"Layers": [1, null]}]', b'[{"Layers": ["x"], "Config": []}]'):
        found = extract(container_image, tar_of({"manifest.json": manifest}), tmp_path)
        assert set(found.contents) == {"manifest.json"}
    index = b'{"manifests": [1, {"digest": 3}, {"digest": "../../x"}]}'
    found = extract(container_image, tar_of({"oci-layout": b"{}", "index.json": index}), tmp_path)
    assert ProblemKind.MALFORMED in found.kinds
