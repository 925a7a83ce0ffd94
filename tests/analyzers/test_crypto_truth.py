"""What is recognised in libraries of Debian, for whatever machine, and that nothing is claimed that they do not have.

PELLUCID_CRYPTO_PACKAGES is a folder with unpacked packages (`dpkg-deb -x`): PACKAGE/ARCHITECTURE/usr/...
PELLUCID_PLAIN_PACKAGES is one with any packages that have no cryptography, however they lie there.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.analysis.analyzer import Stage
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import ANALYZERS
from pellucid.domain.crypto_use import CryptoUse
from pellucid.formats import crypto_algorithms
from pellucid.formats.identify import identify_leaf
from pellucid.pipeline.patterns import Patterns

TRUTH = tomllib.loads((Path(__file__).parents[1] / "support" / "crypto_truth.toml").read_text(encoding="utf-8"))
PLAIN = tomllib.loads((Path(__file__).parents[1] / "support" / "plain_programs.toml").read_text(encoding="utf-8"))
PACKAGES = os.environ.get("PELLUCID_CRYPTO_PACKAGES", "")
PLAIN_PACKAGES = os.environ.get("PELLUCID_PLAIN_PACKAGES", "")
ARCHITECTURES = ("amd64", "arm64", "armhf", "mipsel")
LEAST = {
    "libssl3": 0.98,
    "libnettle8": 1,
    "libhogweed6": 1,
    "libgcrypt20": 0.96,
    "libmbedcrypto7": 1,
    "libwolfssl35": 0.97,
    "dropbear-bin": 1,
    "busybox": 1,
}
UNITS = tuple(unit for unit in ANALYZERS if unit.stage is Stage.CRYPTO)
PATTERNS = Patterns({literal for unit in UNITS for literal in unit.wants.literals})


def algorithms(path: Path) -> set[str]:
    """Those that a file implements, calls or names."""
    return {use.algorithm for use in _uses(path.read_bytes()) if use.algorithm}


def _uses(data: bytes) -> Iterator[CryptoUse]:
    artefact = Artefact(data=data, kind=identify_leaf(data), hits=PATTERNS.search(data))
    for unit in UNITS:
        if unit.wants(artefact):
            yield from (fact for fact in unit(artefact) if isinstance(fact, CryptoUse))


def test_the_truth_is_written_in_known_names() -> None:
    assert set(LEAST) == set(TRUTH)
    for known in TRUTH.values():
        for name in (*known["algorithms"], *known["blocks"]):
            assert crypto_algorithms.by_name(name), name


@pytest.mark.skipif(not PACKAGES, reason="needs unpacked packages: PELLUCID_CRYPTO_PACKAGES")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("package", TRUTH)
def test_what_a_library_has_is_found_and_nothing_else(package: str, architecture: str) -> None:
    known = TRUTH[package]
    files = [path for path in Path(PACKAGES, package, architecture).rglob(known["file"]) if path.is_file()]
    path = next(path for path in files if path.read_bytes()[:4] == b"\x7fELF")
    found, wanted = algorithms(path), set(known["algorithms"])
    missing, wrong = sorted(wanted - found), sorted(found - wanted - set(known["blocks"]))
    print(f"{package} {architecture}: {len(wanted & found)} of {len(wanted)}; wrong: {wrong}; missing: {missing}")
    assert not wrong
    assert len(wanted & found) >= LEAST[package] * len(wanted)


def test_nothing_is_claimed_of_programs_without_cryptography() -> None:
    programs = [Path(path) for name in PLAIN["programs"] if (path := shutil.which(name, path="/usr/bin:/bin"))]
    binaries = [path for path in programs if path.read_bytes()[:4] == b"\x7fELF"]
    assert len(binaries) > 60
    assert {path.name: found for path in binaries if (found := algorithms(path))} == {}


@pytest.mark.skipif(not PLAIN_PACKAGES, reason="needs unpacked packages: PELLUCID_PLAIN_PACKAGES")
def test_nothing_is_claimed_of_packages_without_cryptography() -> None:
    files = [path for path in Path(PLAIN_PACKAGES).rglob("*") if path.is_file() and not path.is_symlink()]
    binaries = {path.read_bytes(): path for path in files if path.open("rb").read(4) == b"\x7fELF"}
    assert len({path.name for path in binaries.values()}) >= 100
    assert {path: more for path in binaries.values() if (more := algorithms(path) - _known(path.name))} == {}


def _known(name: str) -> set[str]:
    """What a file of this name has by its manual."""
    of = [algorithms for known, algorithms in PLAIN["known"].items() if re.fullmatch(rf"{known}w?(\.so\..*)?", name)]
    return set(of[0]) if of else set()
