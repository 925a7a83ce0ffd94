"""Verdicts on what the headers of a PE image ask the loader to protect (Microsoft, "PE Format"; /GUARD, /CETCOMPAT)."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import pe_layout
from pellucid.analyzers.pe_programs import NOT_FOR, Program
from pellucid.analyzers.verdicts import failed, not_for, passed, unknown
from pellucid.domain.hardening import Check
from pellucid.formats import pe_load_config
from pellucid.formats.pe_forms import Form

RELOCATIONS = 5
RELOCATIONS_STRIPPED = 0x1
HIGH_ENTROPY, DYNAMIC_BASE, NX_COMPAT, NO_HANDLERS, GUARD_CF = 0x20, 0x40, 0x100, 0x400, 0x4000
GUARD_INSTRUMENTED, GUARD_TABLE, GUARD_XFG = 0x100, 0x400, 0x0080_0000
SHADOW_STACK = 0x1
BITS = 64


def checks(artefact: Artefact, program: Program) -> Iterator[Check]:
    """All of them, in a fixed order."""
    yield _aslr(program)
    yield _high_entropy(program)
    yield _dep(program)
    yield _cfg(program)
    yield _xfg(program)
    yield _shadow_stack(artefact, program)
    yield _safe_handlers(program)
    yield _stack_cookie(program)
    yield from pe_layout.checks(artefact, program)


def _aslr(program: Program) -> Check:
    name, image = "aslr", program.image
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if not image.library_flags & DYNAMIC_BASE:
        return failed(name, "off", "DYNAMIC_BASE is not set.")
    if image.flags & RELOCATIONS_STRIPPED:
        return failed(name, "stripped", "DYNAMIC_BASE is set, but without its relocations the image cannot be moved.")
    if not all(image.directory(RELOCATIONS)):
        return passed(name, "on", "DYNAMIC_BASE is set; the image needs no relocations.")
    return passed(name, "on", "DYNAMIC_BASE is set and there are relocations.")


def _high_entropy(program: Program) -> Check:
    name = "highEntropy"
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if program.image.bits != BITS:
        return not_for(name, "The image is for 32 bits.")
    if program.image.library_flags & HIGH_ENTROPY:
        return passed(name, "on", "HIGH_ENTROPY_VA is set.")
    return failed(name, program.form.value, "HIGH_ENTROPY_VA is not set.")


def _dep(program: Program) -> Check:
    name, image = "dep", program.image
    if not program.is_native and program.form is not Form.EFI:
        return not_for(name, NOT_FOR[program.form])
    if image.library_flags & NX_COMPAT:
        return passed(name, "on", "NX_COMPAT is set.")
    if program.is_native and image.bits == BITS:
        return passed(name, "always", "NX_COMPAT is not set, but 64-bit processes always have it.")
    return failed(name, "efi" if program.form is Form.EFI else "off", "NX_COMPAT is not set.")


def _cfg(program: Program) -> Check:
    name, config = "cfg", program.config
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if not program.image.library_flags & GUARD_CF:
        return failed(name, "off", "GUARD_CF is not set.")
    if program.damage:
        return unknown(name, f"GUARD_CF is set, but the load configuration cannot be read: {program.damage}.")
    asked = GUARD_INSTRUMENTED | GUARD_TABLE
    if config is None or not config.guarded or (config.guard_flags or 0) & asked != asked:
        return failed(name, "noTable", "GUARD_CF is set, but there is no guard table.")
    return passed(name, "on", f"GUARD_CF is set, with a table of {config.guarded_count} functions.")


def _xfg(program: Program) -> Check:
    name, config = "xfg", program.config
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if config is None:
        return failed(name, "off", "There is no load configuration.")
    if (config.guard_flags or 0) & GUARD_XFG:
        return passed(name, "on", "XFG_ENABLED is set.")
    return failed(name, "off", "The guard flags of the load configuration do not have XFG_ENABLED.")


def _shadow_stack(artefact: Artefact, program: Program) -> Check:
    name = "cet"
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if program.image.machine != "x86_64":
        return not_for(name, "Windows has shadow stacks for programs of x86-64 alone.")
    if pe_load_config.extended_characteristics(artefact.data, program.image) & SHADOW_STACK:
        return passed(name, "on", "CET_COMPAT is set.")
    return failed(name, program.form.value, "No extended characteristics in the debug directory say CET_COMPAT.")


def _safe_handlers(program: Program) -> Check:
    name, config = "safeSeh", program.config
    if not program.is_native:
        return not_for(name, NOT_FOR[program.form])
    if program.image.machine != "i386":
        return not_for(name, "Only 32-bit x86 keeps exception handlers on the stack.")
    if program.image.library_flags & NO_HANDLERS:
        return passed(name, "none", "NO_SEH is set: the image has no exception handlers.")
    if program.damage:
        return unknown(name, f"The load configuration cannot be read: {program.damage}.")
    if config is None or not config.handlers:
        return failed(name, "off", "No load configuration lists safe handlers.")
    return passed(name, "on", f"{config.handler_count} safe handlers are listed.")


def _stack_cookie(program: Program) -> Check:
    name, config = "gs", program.config
    if not program.is_native and program.form is not Form.DRIVER:
        return not_for(name, NOT_FOR[program.form])
    if program.damage:
        return unknown(name, f"The load configuration cannot be read: {program.damage}.")
    if config is None or config.cookie is None:
        return unknown(name, "No load configuration could name a security cookie; other compilers do otherwise.")
    if not config.cookie:
        return failed(name, "off", "The load configuration names no security cookie.")
    return passed(name, "on", "The load configuration names a security cookie.")
