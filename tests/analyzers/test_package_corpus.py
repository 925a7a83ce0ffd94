"""Package databases of real images against their truth: only with PELLUCID_CORPUS, as test_corpus.py."""

import gzip
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.analyzers.test_golden import artefact_of

from pellucid.analyzers.components.dpkg_files import dpkg_files
from pellucid.analyzers.components.dpkg_packages import dpkg_packages
from pellucid.domain.dependency import Dependency
from pellucid.domain.file_list import FileList

CORPUS = os.environ.get("PELLUCID_CORPUS", "")
STATUS = "var/lib/dpkg/status"

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS, reason="PELLUCID_CORPUS is not set")]


def test_every_package_of_a_root_in_its_exact_version() -> None:
    with tarfile.open(Path(CORPUS) / "debian-minbase.tar") as archive:
        members = {item.name.removeprefix("./"): item for item in archive if item.isfile()}
        content = archive.extractfile(members[STATUS])
        assert content
        check(content.read(), "minbase")
        owned = 0
        for name, item in members.items():
            if name.startswith("var/lib/dpkg/info/") and name.endswith((".list", ".md5sums")):
                content = archive.extractfile(item)
                assert content
                facts = list(dpkg_files(artefact_of(content.read(), dpkg_files)))
                paths = [path.lstrip("/") for fact in facts if isinstance(fact, FileList) for path in fact.paths]
                owned += len(members.keys() & set(paths))
    assert owned > 10_000


def test_every_package_of_an_installer_in_its_exact_version() -> None:
    archive = gzip.decompress((Path(CORPUS) / "di-netboot-initrd.gz").read_bytes())
    command = ["cpio", "-i", "--to-stdout", "--quiet", STATUS]
    check(subprocess.run(command, input=archive, check=True, capture_output=True).stdout, "di-initrd")


def check(status: bytes, name: str) -> None:
    truth = json.loads((Path(CORPUS) / "truth" / f"{name}.json").read_text(encoding="utf-8"))["packages"]
    found = [fact for fact in dpkg_packages(artefact_of(status, dpkg_packages)) if isinstance(fact, Dependency)]
    assert {(item["package"], item["version"]) for item in truth} == {(item.product, item.version) for item in found}
    assert {item.ecosystem for item in found} == {"Debian:12"}
    # In both systems everything that a package needs is there.
    assert {need for item in found for need in item.requires} <= {item.product for item in found}
