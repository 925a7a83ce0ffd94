"""Checks of the functions that an ELF file calls: when a canary was overwritten, and in place of unsafe ones.

Names tell it: of imported functions, of symbols that were left, and where there are none, code that reads the canary.
"""

import re

from pellucid.analyzers.elf_view import (
    CANARY,
    GO,
    NEW_LIBRARY,
    RUST,
    View,
    failed,
    not_applicable,
    passed,
    table,
    unknown,
)
from pellucid.domain.hardening import Check

CHECK = "stackCanary"
# Programs with less code may hold no function that needs a canary: none with a buffer on the stack.
LITTLE_CODE = 8192
# How code reads the canary: %fs:0x28 on x86-64, %gs:0x14 on i386.
READS = {
    "x86_64": re.compile(rb"\x64[\x48\x4c][\x2b\x33\x39\x3b\x8b][\x04\x0c\x14\x1c\x24\x2c\x34\x3c]\x25\x28\0\0\0"),
    "i386": re.compile(rb"\x65(?:\xa1|[\x2b\x33\x39\x3b\x8b][\x05\x0d\x15\x1d\x25\x2d\x35\x3d])\x14\0\0\0"),
}
GLIBC = frozenset(("libc.so.6", "libc.so.6.1"))


def canary(view: View) -> Check:
    """Whether functions check that nothing was written beyond their variables."""
    functions = table()["canary"]["functions"]
    called = next((function for function in functions if function in view.imports), "")
    if called:
        return passed(CHECK, "imported", f"It imports {called}.", view.seen(view.imports[called], called))
    defines = bool(view.exports.intersection(functions))
    if not defines and (at := view.symbol(CANARY)) >= 0:
        reason = "A function for overwritten canaries is among its symbols."
        return passed(CHECK, "linked", reason, view.seen(at, CANARY))
    for literal, language in ((GO, "Go"), (RUST, "Rust")):
        if view.artefact.offsets(literal):
            return not_applicable(CHECK, "language", f"It is written in {language}, which checks bounds itself.")
    return _without_names(view, defines=defines)


def _without_names(view: View, *, defines: bool) -> Check:
    if view.is_loader:
        return not_applicable(CHECK, "loader", "It is the loader of programs, which sets canaries up.")
    start, size = view.code
    if not size:
        return not_applicable(CHECK, "noCode", "It holds no code.")
    if size < LITTLE_CODE:
        return unknown(CHECK, "littleCode", f"Its {size} bytes of code may hold no function that needs a canary.")
    if view.imports and not defines:
        return failed(CHECK, "absent", f"Nothing in {size} bytes of code asks for __stack_chk_fail.")
    return _canary_in_code(view, start, size, defines=defines)


def _canary_in_code(view: View, start: int, size: int, *, defines: bool) -> Check:
    """Programs that are linked statically, and the C library, import nothing."""
    reads = READS.get(view.machine)
    if reads is None:
        if ".symtab" in view.sections and not defines:
            return failed(CHECK, "absent", "None of its symbols is a function for overwritten canaries.")
        why = "It is the library that has the function itself" if defines else "It imports nothing"
        return unknown(CHECK, "noNames", f"{why}: its names do not tell whether its code uses canaries.")
    found = next(view.artefact.search(reads, start, start + size), None)
    if found is None:
        return failed(CHECK, "absent", f"Nothing in {size} bytes of code reads a canary.")
    return passed(CHECK, "code", "Its code reads the canary.", view.seen(found.start(), "a canary is read"))


def fortify(view: View) -> Check:
    """How many of the functions that have checked variants are called in these."""
    name, functions = "fortify", [*table()["fortify"]["functions"]]
    if view.artefact.offsets(NEW_LIBRARY):
        functions += table()["fortify"]["later"]
    checked = [f"__{function}_chk" for function in functions if f"__{function}_chk" in view.imports]
    plain = [function for function in functions if function in view.imports]
    counts = f"{len(checked)}/{len(checked) + len(plain)}"
    if checked:
        at = view.seen(view.imports[checked[0]], checked[0])
        return passed(name, counts, f"Of {len(checked) + len(plain)} functions {len(checked)} are checked.", at)
    if not view.imports:
        return unknown(name, "", "It imports nothing: whether checked functions are linked into it is not known.")
    if not plain:
        return not_applicable(name, counts, "It imports no function that has a checked variant.")
    if reason := _no_variants(view):
        return not_applicable(name, counts, reason)
    always = [function for function in plain if function in table()["fortify"]["always"]]
    if always and GLIBC.intersection(view.elf.needed):
        at = view.seen(view.imports[always[0]], always[0])
        return failed(name, counts, f"None of {len(plain)} functions is checked, not even {always[0]}.", at)
    reason = "None is checked, which may be since compilers know that nothing can overflow"
    return unknown(name, counts, f"{reason}: {', '.join(plain[:4])}.")


def _no_variants(view: View) -> str:
    """Why the C library that is used has no checked variants; empty where it has or nothing is known."""
    names = (view.elf.interpreter, *view.elf.needed)
    if any("uClibc" in name for name in names) or "libc.so.0" in names:
        return "uClibc has no checked variants."
    if any("musl" in name for name in names):
        return "musl has no checked variants that would be imported."
    return ""
