"""What is recognised in libraries of Debian, for whatever machine, and that nothing is claimed that they do not have.

PELLUCID_CRYPTO_PACKAGES is a folder with unpacked packages (`dpkg-deb -x`): PACKAGE/ARCHITECTURE/usr/...
"""

import os
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
PACKAGES = os.environ.get("PELLUCID_CRYPTO_PACKAGES", "")
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
# Programs that handle bytes and know no cryptography; those that are not here are left out.
PLAIN = (
    *(
        "ls",
        "cat",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "rmdir",
        "ln",
        "chmod",
        "chown",
        "date",
        "df",
        "du",
        "echo",
        "env",
        "expr",
    ),
    *(
        "head",
        "id",
        "join",
        "nl",
        "od",
        "paste",
        "pr",
        "printf",
        "readlink",
        "seq",
        "tac",
        "tail",
        "tee",
        "touch",
        "tr",
    ),
    *("tsort", "uname", "uniq", "wc", "who", "grep", "sed", "find", "xargs", "tar", "gzip", "make", "diff"),
)
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
    programs = [Path(path) for name in PLAIN if (path := shutil.which(name, path="/usr/bin:/bin"))]
    binaries = [path for path in programs if path.read_bytes()[:4] == b"\x7fELF"]
    assert len(binaries) > 20
    assert {path.name: found for path in binaries if (found := algorithms(path))} == {}
