"""Checks of what compilers put into an ELF file: from its notes, its symbols and sections."""

from collections.abc import Iterator

from pellucid.analyzers.elf_call_checks import canary, fortify
from pellucid.analyzers.elf_view import CFI, SAFE_STACK, SIGNING, View, failed, not_applicable, passed, unknown
from pellucid.domain.hardening import Check
from pellucid.formats import elf_properties


def code_checks(view: View) -> Iterator[Check]:
    """All of them, for a file that an operating system loads."""
    yield canary(view)
    yield fortify(view)
    if view.machine in ("x86_64", "i386"):
        yield _cet(view, "ibt", elf_properties.IBT, "indirect branches are tracked")
        yield _cet(view, "shstk", elf_properties.SHADOW_STACK, "return addresses have a shadow stack")
    if view.machine == "aarch64":
        yield _pac(view)
        yield _bti(view)
    yield _cfi(view)
    yield _safe_stack(view)
    yield _stripped(view)
    yield _debug_info(view)


def _cet(view: View, name: str, bit: int, what: str) -> Check:
    if view.machine == "i386":
        return not_applicable(name, "32-bit", "Linux has no control-flow enforcement for 32-bit programs.")
    value, at = _property(view, elf_properties.X86_FEATURES)
    if value & bit:
        return passed(name, "marked", f"The file is marked: {what}.", view.seen(at, f"features {value:#x}"))
    return failed(name, "absent", f"The file is not marked so that {what}.")


def _property(view: View, kind: int) -> tuple[int, int]:
    return view.properties.values.get(kind, 0), view.properties.at.get(kind, 0)


def _pac(view: View) -> Check:
    value, at = _property(view, elf_properties.AARCH64_FEATURES)
    if value & elf_properties.PAC:
        return passed("pac", "marked", "All code signs return addresses.", view.seen(at, f"features {value:#x}"))
    for literal in SIGNING:
        if places := view.artefact.offsets(literal):
            at_ = view.seen(places[0], "an address is signed")
            return passed("pac", "unmarked", "Code signs return addresses, though the file is not marked.", at_)
    return failed("pac", "absent", "No code signs return addresses.")


def _bti(view: View) -> Check:
    value, at = _property(view, elf_properties.AARCH64_FEATURES)
    if value & elf_properties.BTI:
        return passed("bti", "marked", "All targets of branches are marked.", view.seen(at, f"features {value:#x}"))
    return failed("bti", "absent", "The file is not marked so that targets of branches are checked.")


def _cfi(view: View) -> Check:
    literal = CFI.decode()
    found = next((name for name in (*view.imports, *sorted(view.exports)) if name.startswith(literal)), "")
    if found:
        at = view.seen(view.imports[found], found) if found in view.imports else None
        return passed("cfi", "clang", f"It has {found}.", at)
    if (place := view.symbol(CFI)) >= 0:
        return passed("cfi", "clang", "Checks of clang are linked into it.", view.seen(place, CFI))
    return unknown(
        "cfi", "noTrace", "No checks of clang between libraries are seen; those within a file have no names."
    )


def _safe_stack(view: View) -> Check:
    literal = SAFE_STACK.decode()
    found = next((name for name in (*view.imports, *sorted(view.exports)) if name.startswith(literal)), "")
    if found:
        return passed("safeStack", "present", f"It has {found}.")
    if (place := view.symbol(SAFE_STACK)) >= 0:
        return passed("safeStack", "present", "SafeStack is linked into it.", view.seen(place, SAFE_STACK))
    if ".symtab" in view.sections:
        return failed("safeStack", "absent", "None of its symbols belongs to SafeStack.")
    return unknown("safeStack", "noTrace", "None of the names that are left belongs to SafeStack.")


def _stripped(view: View) -> Check:
    if ".symtab" in view.sections:
        return failed("stripped", "symbols", "The table of symbols is there.")
    return passed("stripped", "stripped", "There is no table of symbols beside that of the loader.")


def _debug_info(view: View) -> Check:
    for section in (".debug_info", ".zdebug_info"):
        if section in view.sections:
            return failed(
                "debugInfo", "present", "It holds debug information.", view.seen(view.sections[section].at, section)
            )
    return passed("debugInfo", "absent", "It holds no debug information.")
