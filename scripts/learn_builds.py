"""Builds: what one release and architecture has of a product, with the version that its packages declare."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts import learn_packs, learn_versions
from scripts.learn_fetch import pack_path

from pellucid.errors import Malformed
from pellucid.formats import elf

TEXT = re.compile(rb"(?<=\0)[\t\n\x20-\x7e]{6,200}(?=\0)")
FOLDER = re.compile(r"(?:usr/)?(?:local/)?(?:s?bin|games|lib(?:/[a-z0-9_]+-linux-gnu[a-z0-9]*)?)/[^/]+")
LIBRARY = re.compile(r"\.so(?:\..*)?$")


@dataclass(frozen=True)
class ElfFile:
    """An ELF file of a build."""

    package: str
    path: str
    data: bytes

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @cached_property
    def header(self) -> elf.Elf | None:
        try:
            return elf.read(self.data)
        except Malformed:
            return None

    @property
    def soname(self) -> str:
        return self.header.soname if self.header else ""

    @cached_property
    def role(self) -> str:
        """The file's name without versions: what is compared between releases."""
        stem = LIBRARY.sub(".so", self.soname or self.name)
        return re.sub(r"[-._]?\d+(?:\.\d+)*(?=\.so$|$)", "", stem) or stem

    @property
    def is_public(self) -> bool:
        """Whether it lies where programs and libraries are looked for: plugins do not."""
        return FOLDER.fullmatch(self.path) is not None

    @cached_property
    def exports(self) -> frozenset[str]:
        """Names of exported symbols."""
        return frozenset(symbol.name for symbol in self.header.exports) if self.header else frozenset()

    def texts(self) -> set[bytes]:
        """Its NUL-delimited printable strings."""
        return set(TEXT.findall(self.data))


@dataclass(frozen=True, kw_only=True)
class Build:
    """One source package in one release; `version` is upstream's, empty where that has no plain number."""

    source: str
    release: str
    version: str
    packages: tuple[str, ...]
    homepage: str
    copyright: str
    files: tuple[ElfFile, ...]

    @property
    def architecture(self) -> str:
        return self.release.rpartition("-")[2]


def builds(work: Path, releases: Iterable[str], sources: Iterable[str]) -> Iterator[Build]:
    """What was fetched of these source packages, release by release."""
    wanted = list(sources)
    for release in releases:
        for source in wanted:
            path = pack_path(work, release, source)
            if path.exists():
                yield _build(learn_packs.read(path))


def _build(pack: learn_packs.Pack) -> Build:
    return Build(
        source=pack.source,
        release=pack.release,
        version=learn_versions.upstream(pack.version),
        packages=tuple(sorted({file.package for file in pack.files})),
        homepage=pack.homepage,
        copyright=pack.copyright,
        files=tuple(ElfFile(file.package, file.path, file.data) for file in pack.files),
    )
