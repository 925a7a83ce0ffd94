"""How well programs and libraries in ELF are guarded against attacks."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.elf_call_checks import canary
from pellucid.analyzers.elf_code_checks import code_checks
from pellucid.analyzers.elf_loading_checks import loading_checks
from pellucid.analyzers.elf_view import LITERALS, View, not_applicable, unknown, view_of
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.errors import Malformed
from pellucid.formats.elf import ElfType

NAME = "elf_hardening"
VDSO = ("linux-vdso.", "linux-gate.")
# What is asked of everything; the other checks are left out where these do not apply.
ASKED = ("pie", "nx", "relro", "fortify")


@analyzer(name=NAME, version=2, stage=Stage.HARDENING, wants=kind("elf") & (contains(*LITERALS) | kind("elf")))
def elf_hardening(artefact: Artefact) -> Iterator[Fact]:
    """Tell for each property that makes attacks harder whether a program or library has it.

    Objects, kernel modules, kernels and firmware that no operating system loads are told apart: of these only the
    canary is looked for. Core dumps and files with nothing but debug information are no subject. What could not be
    read is a problem of elf_components, which wants the same files.
    """
    try:
        view = view_of(artefact)
    except Malformed:
        return
    header = view.elf.header
    if header.type in (ElfType.CORE, ElfType.NONE) or view.is_debug_file:
        return
    seen = f"ELF {header.bits}-bit {header.machine}, {header.type.name}"
    yield Hardening(subject="elf", checks=tuple(_checks(view)), evidence=artefact.evidence(0, seen))


def _checks(view: View) -> Iterator[Check]:
    reason, value = _not_loaded(view)
    if not reason:
        yield from loading_checks(view)
        yield from code_checks(view)
        return
    for name in ASKED:
        yield not_applicable(name, value, reason)
    found = canary(view)
    if found.verdict is Verdict.PASS:
        yield found
    else:
        yield unknown("stackCanary", value, "No function for overwritten canaries is named in it.")


def _not_loaded(view: View) -> tuple[str, str]:
    """Why no loader of programs sees it, with a word for it; empty when one does."""
    if view.elf.header.type is ElfType.RELOCATABLE:
        kind_ = "a module of the kernel" if view.elf.is_module else "an object"
        return f"It is {kind_}, which others link or load.", "module" if view.elf.is_module else "relocatable"
    if view.elf.soname.startswith(VDSO):
        return "It is the part of the kernel that is mapped into programs.", "vdso"
    if view.is_freestanding:
        return "It runs without an operating system that would load it.", "freestanding"
    return "", ""
