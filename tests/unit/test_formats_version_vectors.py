"""The orders agree with lists of pairs of versions whose order is known (PELLUCID_VULNDATA, "version-vectors")."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.formats.version_order import Order, comparator, upstream

SIGNS = {"<": -1, "=": 0, ">": 1}
# By the first word of a list's name.
ECOSYSTEMS = {
    "alpine": "Alpine",
    "debian": "Debian",
    "maven": "Maven",
    "nuget": "NuGet",
    "packagist": "Packagist",
    "pypi": "PyPI",
    "redhat": "Red Hat",
    "rubygems": "RubyGems",
    "semver": "npm",
}

pytestmark = pytest.mark.vulndata


@pytest.fixture
def folder() -> Path:
    if "PELLUCID_VULNDATA" not in os.environ:
        pytest.skip("PELLUCID_VULNDATA names no folder of published vulnerability data")
    return Path(os.environ["PELLUCID_VULNDATA"]) / "version-vectors"


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_every_pair(folder: Path, ecosystem: str, capsys: pytest.CaptureFixture[str]) -> None:
    lists = sorted(folder.glob(f"{ecosystem}-*.txt.gz"))
    assert lists
    for path in lists:
        pairs = list(vectors(path))
        wrong = [pair for pair in pairs if not agrees(comparator(ECOSYSTEMS[ecosystem]), *pair)]
        with capsys.disabled():
            print(f"\n{path.name}: {len(pairs) - len(wrong)} of {len(pairs)}", end="")
        assert pairs
        assert wrong == []


def test_there_is_an_ecosystem_for_every_list(folder: Path) -> None:
    assert {path.name.partition("-")[0] for path in folder.glob("*.txt.gz")} == set(ECOSYSTEMS)
    assert upstream not in map(comparator, ECOSYSTEMS.values())


def vectors(path: Path) -> Iterator[tuple[str, str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith(("# ", "//")):
                left, sign, right = line.split()
                yield left, sign, right


def agrees(order: Order, left: str, sign: str, right: str) -> bool:
    return order(left, right) == SIGNS[sign] == -order(right, left)
