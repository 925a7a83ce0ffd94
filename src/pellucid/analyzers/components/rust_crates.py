"""Crates and toolchain of Rust programs, from the paths of sources in their messages of panic."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import CRATES
from pellucid.analyzers.language_package import language_package
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import cpe
from pellucid.formats.purl import package_url

REGISTRY, DISTRIBUTED, TOOLCHAIN = (b"/registry/src/", b"\\registry\\src\\"), b"/cargo/registry/", b"/rustc-"
STANDARD, VENDORED = b"/rustc/", b"/rust/deps/"
COMPILER = b"rustc version "
LITERALS = (*REGISTRY, DISTRIBUTED, TOOLCHAIN, STANDARD, VENDORED, COMPILER)
CRATE = rb"(?P<name>[A-Za-z][A-Za-z0-9_-]{0,63}?)-(?P<version>\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,40}?)?)[/\\]"
# Where cargo keeps sources, one folder for each index; where Debian does; where the standard library's own crates lie.
PLACES = {
    REGISTRY[0]: re.compile(rb"/registry/src/[\w.-]{1,64}-[0-9a-f]{16}/" + CRATE),
    REGISTRY[1]: re.compile(rb"\\registry\\src\\[\w.-]{1,64}-[0-9a-f]{16}\\" + CRATE),
    DISTRIBUTED: re.compile(rb"/usr/share/cargo/registry/" + CRATE),
    VENDORED: re.compile(rb"/rust/deps/" + CRATE),
    TOOLCHAIN: re.compile(rb"/rustc-\d[\w.-]{1,40}/vendor/" + CRATE),
}
RELEASE = re.compile(rb"/rustc-(?P<version>\d+\.\d+\.\d+)(?:-src)?/library/")
COMMIT = re.compile(rb"/rustc/(?P<commit>[0-9a-f]{40})[/\\]library")
COMMENT = re.compile(rb"rustc version (?P<version>\d+\.\d+\.\d+) \([0-9a-f]{9} \d{4}-\d\d-\d\d\)\0")
BEFORE, LONGEST = 16, 240
MOST_CRATES = 5000


@analyzer(
    name="rust_crates",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(*LITERALS) & kind("elf", "pe", "macho", "java-class", "wasm"),
)
def rust_crates(artefact: Artefact) -> Iterator[Fact]:
    """Name the crates that code in a Rust program came from, with their exact versions, and Rust's standard library.

    A message of panic names the file that it arose in, and the folder of a crate carries its version. Crates that can
    not panic, or whose paths were remapped, leave nothing. The library's version is known where the compiler or the
    folder of the toolchain says it; the hash of its commit, which is there otherwise, is shown as evidence.
    """
    seen = set[tuple[bytes, bytes]]()
    for literal, pattern in PLACES.items():
        for offset in artefact.offsets(literal):
            start = max(offset - BEFORE, 0)
            found = pattern.search(artefact.window(start, BEFORE + LONGEST))
            key = (found["name"], found["version"]) if found else (b"", b"")
            if found is None or key in seen or len(seen) >= MOST_CRATES:
                continue
            seen.add(key)
            yield language_package(
                artefact,
                CRATES,
                found["name"].decode("ascii"),
                found["version"].decode("ascii"),
                offset=start + found.start(),
                seen=found[0].decode("latin-1"),
                witness=Witness.METADATA,
                confidence=0.95,
                linkage=Linkage.EMBEDDED,
            )
    yield from _standard_library(artefact)


def _standard_library(artefact: Artefact) -> Iterator[Dependency]:
    for literal, pattern in ((TOOLCHAIN, RELEASE), (COMPILER, COMMENT), (STANDARD, COMMIT)):
        for offset in artefact.offsets(literal):
            found = pattern.match(artefact.window(offset, LONGEST))
            if found is None:
                continue
            version = found["version"].decode("ascii") if pattern is not COMMIT else ""
            yield Dependency(
                vendor="rust-lang",
                product="rust",
                version=version,
                purl=package_url("generic", "rust", version),
                cpe=cpe.name("a:rust-lang:rust", version),
                licence="MIT OR Apache-2.0",
                linkage=Linkage.EMBEDDED,
                witness=Witness.METADATA,
                confidence=0.95,
                evidence=(artefact.evidence(offset, found[0]),),
            )
            return
