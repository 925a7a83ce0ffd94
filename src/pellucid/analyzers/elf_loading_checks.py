"""Checks of how an ELF file wants to be loaded: from its segments and dynamic tags."""

from collections.abc import Iterator

from pellucid.analyzers.elf_view import View, failed, not_applicable, passed, table, unknown
from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check
from pellucid.formats.elf import ElfType
from pellucid.formats.elf_segments import EXECUTE, WRITE, Segment, SegmentType, Tag

DF_TEXT_RELOCATIONS, DF_BIND_NOW, DF_1_NOW, DF_1_PIE = 4, 8, 1, 0x0800_0000
# In front of the addresses of functions stand up to three words for the loader itself.
RESERVED = 3
# Folders in which everybody can write.
OPEN = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (looked for, not used)
ORIGIN = ("$ORIGIN", "${ORIGIN}")


def loading_checks(view: View) -> Iterator[Check]:
    """All of them, for a file that an operating system loads."""
    yield _pie(view)
    yield _stack(view)
    yield _executable_stack(view)
    yield _relro(view)
    yield _write_execute(view)
    yield _text_relocations(view)
    yield _search_path(view, "rpath", Tag.RPATH)
    yield _search_path(view, "runpath", Tag.RUNPATH)


def _pie(view: View) -> Check:
    if view.elf.header.type is ElfType.EXECUTABLE:
        return failed("pie", "exec", "The type of the file is ET_EXEC: it is always loaded at the same address.")
    if not view.elf.is_program:
        return not_applicable("pie", "shared", "It is a shared library, which can be loaded at any address.")
    if view.elf.interpreter:
        return passed("pie", "pie", "The type of the file is ET_DYN: it can be loaded at any address.")
    return passed("pie", "staticPie", "It is linked statically, and can be loaded at any address (ET_DYN).")


def _stack(view: View) -> Check:
    header = view.loading.first(SegmentType.GNU_STACK)
    if header is not None:
        if header.flags & EXECUTE:
            return failed("nx", "executable", "PT_GNU_STACK asks for a stack that can be executed.", _at(view, header))
        return passed("nx", "marked", "PT_GNU_STACK asks for a stack that cannot be executed.")
    machine = view.machine
    if machine in table()["stack"]["executable"]:
        reason = f"There is no PT_GNU_STACK: on {machine} the stack of such a process can be executed"
        more = " under kernels before 5.8, or with the GNU C library" if machine == "x86_64" else ""
        return failed("nx", "unmarked", f"{reason}{more}.")
    if machine in table()["stack"]["plain"]:
        return passed("nx", "default", f"There is no PT_GNU_STACK: on {machine} stacks are not executable then.")
    return unknown("nx", "unmarked", f"There is no PT_GNU_STACK, and what that means on {machine} is not known.")


def _executable_stack(view: View) -> Check:
    header = view.loading.first(SegmentType.GNU_STACK)
    if header is None:
        return unknown("executableStack", "unmarked", "There is no PT_GNU_STACK that would ask for one.")
    if header.flags & EXECUTE:
        return failed("executableStack", "present", "PT_GNU_STACK has the flag PF_X.", _at(view, header))
    return passed("executableStack", "absent", "PT_GNU_STACK does not have the flag PF_X.")


def _relro(view: View) -> Check:
    loading = view.loading
    relro = loading.first(SegmentType.GNU_RELRO)
    if relro is None:
        return failed("relro", "none", "There is no segment PT_GNU_RELRO.")
    got = loading.tags.get(Tag.PLT_GOT)
    if not view.is_dynamic:
        section = view.sections.get(".got.plt")
        got = section.address if section is not None else None
    elif not _binds_now(view):
        if view.machine == "mips" or loading.tags.get(Tag.PLT_RELOCATIONS_SIZE):
            reason = "There is a segment PT_GNU_RELRO, but functions are bound when they are first called."
            return failed("relro", "partial", reason, _at(view, relro))
        return passed("relro", "full", "There is a segment PT_GNU_RELRO, and no function is bound lazily.")
    if got is not None and not relro.holds(got + RESERVED * view.elf.header.bits // 8):
        reason = f"The addresses of functions, at {got:#x}, lie outside the segment PT_GNU_RELRO and stay writable."
        return failed("relro", "partial", reason, _at(view, relro))
    return passed("relro", "full", "There is a segment PT_GNU_RELRO, and all functions are bound at the start.")


def _binds_now(view: View) -> bool:
    tags = view.loading.tags
    return bool(Tag.BIND_NOW in tags or tags.get(Tag.FLAGS, 0) & DF_BIND_NOW or tags.get(Tag.FLAGS_1, 0) & DF_1_NOW)


def _write_execute(view: View) -> Check:
    both = WRITE | EXECUTE
    found = next((x for x in view.loading.segments if x.type == SegmentType.LOAD and x.flags & both == both), None)
    if found is None:
        return passed("writeExecuteSegments", "absent", "No segment can be written to and executed.")
    reason = f"The segment at {found.address:#x} can be written to and executed."
    return failed("writeExecuteSegments", "present", reason, _at(view, found))


def _text_relocations(view: View) -> Check:
    name, tags = "textRelocations", view.loading.tags
    if not view.is_dynamic:
        return not_applicable(name, "static", "It is linked statically: nothing is relocated.")
    if Tag.TEXT_RELOCATIONS in tags or tags.get(Tag.FLAGS, 0) & DF_TEXT_RELOCATIONS:
        return failed(name, "present", "DT_TEXTREL or DF_TEXTREL is set: the loader has to write to code.")
    return passed(name, "absent", "Neither DT_TEXTREL nor DF_TEXTREL is set.")


def _search_path(view: View, name: str, tag: Tag) -> Check:
    if not view.is_dynamic:
        return not_applicable(name, "static", "It is linked statically: no library is looked for.")
    at, path = view.loading.text(view.artefact.data, tag)
    # The loader passes over a path that is wholly empty.
    if not path:
        return passed(name, "none", "No folder is named in which libraries are looked for.")
    value, reason = judged(path.decode("utf-8", "replace").split(":"))
    evidence = view.seen(at, path)
    if value in ("empty", "relative", "writable"):
        return failed(name, value, reason, evidence)
    return passed(name, value, reason, evidence)


def judged(folders: list[str]) -> tuple[str, str]:
    """What is to be said of the folders in which libraries are looked for: in one word, and in a sentence."""
    if "" in folders:
        return "empty", "An empty folder stands in the path: libraries are looked for in the current folder."
    for folder in folders:
        if not folder.startswith(("/", *ORIGIN)):
            return "relative", f"The folder {folder} is relative to the folder that the program is started in."
    for folder in folders:
        if any(folder == each or folder.startswith(f"{each}/") for each in OPEN):
            return "writable", f"Everybody can write to {folder}, or to a folder above it."
    if any(folder.startswith(ORIGIN) for folder in folders):
        return "origin", "Libraries are looked for in places relative to the file itself."
    return "absolute", "All folders in which libraries are looked for are absolute."


def _at(view: View, header: Segment) -> Evidence:
    try:
        name = f"PT_{SegmentType(header.type).name}"
    except ValueError:
        name = f"{header.type:#x}"
    flags = "".join(letter if header.flags & bit else "-" for letter, bit in (("R", 4), ("W", 2), ("X", 1)))
    return view.seen(header.header, f"{name} {flags}")
