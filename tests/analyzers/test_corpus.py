"""Real router files against their truth: only with PELLUCID_CORPUS, the folder with manifest.json and truth/."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.analyzers.test_golden import artefact_of

from pellucid.analyzers.components.product_signatures import product_signatures
from pellucid.domain.dependency import Dependency

CORPUS = os.environ.get("PELLUCID_CORPUS", "")
# Names of packages' products in the truth that differ from ours.
SOURCES = {"wpa": {"hostapd", "wpa_supplicant"}, "linux": {"linux_kernel"}}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="PELLUCID_CORPUS is not set")
@pytest.mark.parametrize("name", ["r1", "r2"])
def test_versions_are_those_of_the_truth_and_in_no_other_file(name: str, tmp_path: Path) -> None:
    corpus = Path(CORPUS)
    truth = json.loads((corpus / "truth" / f"{name}.json").read_text(encoding="utf-8"))["components"]
    image = (corpus / f"router-armhf-v{name[1]}.bin").read_bytes()
    squashfs = tmp_path / "root.squashfs"
    squashfs.write_bytes(image[image.index(b"hsqs") :])
    root = tmp_path / "root"
    subprocess.run(["unsquashfs", "-q", "-n", "-d", str(root), str(squashfs)], check=False, capture_output=True)
    owners = {path: package for package in truth for path in (*package["elf"], *package["version_string_in"])}
    found: dict[str, set[str]] = {}
    for path, dependency in _sightings(root):
        owner = owners[path.removeprefix("usr/") if path not in owners else path]
        assert dependency.product in SOURCES.get(owner["source"], {owner["source"]}), path
        assert dependency.version in ("", owner["upstream_version"]), path
        if dependency.version:
            found.setdefault(owner["source"], set()).add(path)
    shutil.rmtree(root)
    wanted = {"busybox", "dropbear", "dnsmasq", "openssl", "lighttpd", "zlib", "curl", "wpa", "iptables", "glibc"}
    assert set(found) == wanted


def _sightings(root: Path) -> Iterator[tuple[str, Dependency]]:
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        artefact = artefact_of(path.read_bytes(), product_signatures)
        if product_signatures.wants(artefact):
            for fact in product_signatures(artefact):
                assert isinstance(fact, Dependency)
                yield str(path.relative_to(root)), fact
