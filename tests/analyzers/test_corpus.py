"""Real router files against their truth: only with PELLUCID_CORPUS, the folder with manifest.json and truth/."""

import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.components.product_signatures import product_signatures
from pellucid.analyzers.signatures import signatures
from pellucid.domain.dependency import Dependency
from pellucid.formats.identify import identify_leaf
from pellucid.pipeline.patterns import Patterns

CORPUS = os.environ.get("PELLUCID_CORPUS", "")


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="PELLUCID_CORPUS is not set")
@pytest.mark.parametrize("name", ["r1", "r2"])
def test_versions_are_those_of_the_truth_and_few_are_missing(name: str, tmp_path: Path) -> None:
    corpus = Path(CORPUS)
    truth = json.loads((corpus / "truth" / f"{name}.json").read_text(encoding="utf-8"))["components"]
    image = (corpus / f"router-armhf-v{name[1]}.bin").read_bytes()
    squashfs = tmp_path / "root.squashfs"
    squashfs.write_bytes(image[image.index(b"hsqs") :])
    root = tmp_path / "root"
    subprocess.run(["unsquashfs", "-q", "-n", "-d", str(root), str(squashfs)], check=False, capture_output=True)
    found: dict[str, set[str]] = defaultdict(set)
    for path, dependency in _sightings(root):
        owners = _owners(dependency.product, truth)
        assert owners, (path, dependency)
        assert dependency.version in ("", *(owner["upstream_version"] for owner in owners)), (path, dependency)
        for owner in owners:
            found[owner["package"]].add(dependency.version)
    shutil.rmtree(root)
    stated = [item for item in truth if item["version_string_in"]]
    versions = [item for item in stated if item["upstream_version"] in found[item["package"]]]
    assert len(versions) >= 0.95 * len(stated)
    assert len([item for item in truth if found[item["package"]]]) >= 0.95 * len(truth)


def _owners(product: str, truth: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The packages of the truth that are the product."""
    signature = next(item for item in signatures() if item.product == product)
    names = {product, *signature.packages}
    return [item for item in truth if names & {item["package"], item["source"]}]


def _sightings(root: Path) -> Iterator[tuple[str, Dependency]]:
    patterns = Patterns(product_signatures.wants.literals)
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        artefact = Artefact(data=data, kind=identify_leaf(data), hits=patterns.search(data))
        if product_signatures.wants(artefact):
            for fact in product_signatures(artefact):
                assert isinstance(fact, Dependency)
                yield str(path.relative_to(root)), fact
