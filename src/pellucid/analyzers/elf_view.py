"""What the checks of an ELF file look at, read once."""

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Verdict
from pellucid.errors import Malformed
from pellucid.formats import elf_properties, elf_sections, elf_segments, go_build_info
from pellucid.formats.elf import Elf, ElfType
from pellucid.formats.elf_properties import Properties
from pellucid.formats.elf_sections import Section
from pellucid.formats.elf_segments import Loading, SegmentType

NO_BITS = 8
# Names that tell, wherever they stand among a file's names of symbols, and texts of languages and C libraries.
CANARY, CFI, SAFE_STACK = b"__stack_chk_fail", b"__cfi_", b"__safestack_"
GO, RUST = go_build_info.MAGIC, b"/rustc/"
# `paciasp` and `pacibsp`, with which functions sign the address that they return to.
SIGNING = (b"\x3f\x23\x03\xd5", b"\x7f\x23\x03\xd5")
# Says that a file needs a C library that has strlcpy.
NEW_LIBRARY = b"GLIBC_2.38"
LITERALS = (CANARY, CFI, SAFE_STACK, GO, RUST, NEW_LIBRARY, *SIGNING)
# What programs of a Unix system speak of, and firmware without one does not.
PATHS = (b"/dev/", b"/proc/", b"/etc/")
LOADER = re.compile(r"ld(?:64)?(?:-linux[\w.-]*|-uClibc[\w.-]*|-android)?\.so")
KERNEL_SYMBOLS = "__ksymtab"


@cache
def table() -> Mapping[str, Any]:
    """What the checks go by, from elf_hardening.toml."""
    text = Path(__file__).with_name("hardening").joinpath("elf_hardening.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class View(msgspec.Struct, frozen=True, dict=True):
    """One ELF file with all that is known of it."""

    artefact: Artefact
    elf: Elf
    loading: Loading
    sections: Mapping[str, Section]
    properties: Properties

    @property
    def machine(self) -> str:
        return self.elf.header.machine

    @property
    def is_dynamic(self) -> bool:
        return self.loading.first(SegmentType.DYNAMIC) is not None

    @cached_property
    def imports(self) -> Mapping[str, int]:
        """Where the names of imported symbols stand."""
        return {symbol.name: symbol.offset for symbol in self.elf.imports}

    @cached_property
    def exports(self) -> frozenset[str]:
        return frozenset(symbol.name for symbol in self.elf.exports)

    @property
    def is_loader(self) -> bool:
        """Whether it is what loads programs, by the names of those of glibc, uClibc and bionic; musl is both."""
        return bool(LOADER.match(self.elf.soname)) and not self.elf.needed

    @property
    def code(self) -> tuple[int, int]:
        """Place and size of the code; of the segments that can be run, where there are no sections."""
        text = self.sections.get(".text")
        if text is not None:
            return text.at, min(text.size, max(self.artefact.size - text.at, 0))
        run = [item for item in self.loading.segments if item.type == SegmentType.LOAD and item.flags & 1]
        begin = min(run[0].offset, self.artefact.size) if run else 0
        return begin, min(sum(item.size for item in run), self.artefact.size - begin)

    @property
    def is_debug_file(self) -> bool:
        """Whether it only holds what debuggers need of another file: there are sections of code, without the bytes."""
        text = self.sections.get(".text")
        return text is not None and text.type == NO_BITS

    @cached_property
    def is_freestanding(self) -> bool:
        """Whether it runs without an operating system that loads it: firmware, boot loaders and kernels."""
        if self.elf.interpreter or self.is_dynamic or self.elf.header.type is ElfType.RELOCATABLE:
            return False
        if KERNEL_SYMBOLS in self.sections or self._is_in_kernel_space():
            return True
        if self.properties.system or self.loading.first(SegmentType.TLS) or self.artefact.offsets(GO):
            return False
        return not any(self.artefact.data.find(path) >= 0 for path in PATHS)

    def _is_in_kernel_space(self) -> bool:
        least = 1 << (self.elf.header.bits - 1)
        return any(item.type == SegmentType.LOAD and item.address >= least for item in self.loading.segments)

    def symbol(self, literal: bytes) -> int:
        """Where a name that begins with a literal stands in the table of symbols for debuggers and linkers; or -1."""
        names = self.sections.get(".strtab")
        if names is None:
            return -1
        return next((at for at in self.artefact.offsets(literal) if names.at <= at < names.at + names.size), -1)

    def seen(self, at: int, text: str | bytes) -> Evidence:
        return self.artefact.evidence(at, text)


def view_of(artefact: Artefact) -> View:
    """Raises Malformed when what a loader reads is not there; of sections, which it does not read, they are none."""
    parsed, loading = elf_of(artefact), elf_segments.read(artefact.data)
    sections: dict[str, Section] = {}
    properties = Properties()
    with suppress(Malformed):
        for item in elf_sections.sections(artefact.data):
            sections.setdefault(item.name, item)
    with suppress(Malformed):
        properties = elf_properties.read(artefact.data)
    return View(artefact=artefact, elf=parsed, loading=loading, sections=sections, properties=properties)


def passed(name: str, value: str, reason: str, evidence: Evidence | None = None) -> Check:
    """A property is there."""
    return Check(name=name, verdict=Verdict.PASS, value=value, reason=reason, evidence=evidence)


def failed(name: str, value: str, reason: str, evidence: Evidence | None = None) -> Check:
    """A property is missing."""
    return Check(name=name, verdict=Verdict.FAIL, value=value, reason=reason, evidence=evidence)


def not_applicable(name: str, value: str, reason: str) -> Check:
    """A property that such a file cannot have, or does not need."""
    return Check(name=name, verdict=Verdict.NOT_APPLICABLE, value=value, reason=reason)


def unknown(name: str, value: str, reason: str) -> Check:
    """A property of which the file does not tell."""
    return Check(name=name, verdict=Verdict.UNKNOWN, value=value, reason=reason)
