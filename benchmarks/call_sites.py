"""Imports of unsafe functions beside readelf's, and calls of them beside objdump's, of every ELF file below folders.

    python benchmarks/call_sites.py FOLDER ... [--objdump PATH] [--only-imports] [--largest MIB] [--sample N]

objdump disassembles whole files; the one of Debian's binutils-multiarch knows all machines. Calls and tail calls count:
branches to a stub that objdump names, calls through a slot that it names, and on MIPS `jalr` or `jr` by a register that
was loaded from the slot of the function. A difference is shown with the addresses that only one of the two has. Times
are of one process: those of ours are for reading tables, searching code, and the way there.
"""

import argparse
import hashlib
import re
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from pellucid.errors import Malformed
from pellucid.formats import elf, unsafe_functions
from pellucid.formats.calls import elf_program, sites

Places = dict[str, set[int]]
SECTION = re.compile(r"^Disassembly of section (\S+):")
LABEL = re.compile(r"^([0-9a-f]+) <([^>]+)>:")
LINE = re.compile(r"^\s*([0-9a-f]+):\t(?:[0-9a-f ]+\t)?(\S+)\s*(.*)$")
TARGET = re.compile(r"\b([0-9a-f]+) <([^>]+)>")
STUB = re.compile(r"^(.*?)(?:@[A-Z][^@]*)?@plt$")
SLOT = re.compile(r"\*.*# [0-9a-f]+ <([^@>]+)@")
BRANCH = re.compile(r"^(?:bnd|notrack)?\s*(?:call|j|b(?!ic|ti|kpt|r\b|fi|swap)|cb|tb|jal|tail)")
NOT_BRANCH = ("bic", "bfi", "bfc", "bti", "bkpt", "bsf", "bsr", "bt", "bswap", "break")


def main() -> None:
    """Compare all, and say what differs."""
    arguments = _arguments()
    counts: Counter[str] = Counter()
    by_machine: dict[str, Counter[str]] = defaultdict(Counter)
    for path in _files(arguments.folders):
        data = path.read_bytes()
        try:
            read = elf.read(data)
        except Malformed as error:
            counts["unread"] += 1
            print(f"{path}: {error.message}")
            continue
        ours = {item.name for item in read.imports if unsafe_functions.find(item.name, "elf")}
        theirs = _readelf(path)
        counts["files"] += 1
        counts["imports"] += len(ours)
        if ours != theirs:
            counts["different"] += 1
            print(f"{path}: imports: only ours {sorted(ours - theirs)}, only readelf's {sorted(theirs - ours)}")
        if not arguments.only_imports and ours and len(data) <= arguments.largest << 20:
            if arguments.sample and by_machine[read.header.machine]["files"] >= arguments.sample:
                continue
            _calls(path, data, read, by_machine[read.header.machine], arguments.objdump)
    print(dict(counts))
    for machine, found in sorted(by_machine.items()):
        speed = found["bytes"] / max(found["microseconds"], 1)
        print(f"{machine:10} {dict(found)} {speed:.0f} MB/s, objdump {found['bytes'] / found['theirs us']:.1f} MB/s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--only-imports", action="store_true")
    parser.add_argument("--largest", type=int, default=16, help="MiB of a file")
    parser.add_argument("--sample", type=int, default=0, help="files of a machine, 0 for all")
    return parser.parse_args()


def _files(folders: list[Path]) -> Iterator[Path]:
    seen = set()
    for folder in folders:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            with path.open("rb") as file:
                if file.read(4) != elf.MAGIC:
                    continue
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest not in seen:
                seen.add(digest)
                yield path


def _readelf(path: Path) -> set[str]:
    """The names of the table among the undefined symbols."""
    text = subprocess.run(
        ["readelf", "--dyn-syms", "-W", str(path)], capture_output=True, text=True, check=False
    ).stdout
    # On PowerPC what stands in st_other may be shown in between.
    names = {match[1] for line in text.splitlines() if (match := re.search(r" UND ([^\s@\[]+)", line))}
    return {name for name in names if unsafe_functions.find(name, "elf")}


def _calls(path: Path, data: bytes, read: elf.Elf, counts: Counter[str], objdump: str) -> None:
    names = {item.name: item.name for item in read.imports if unsafe_functions.find(item.name, "elf")}
    before = time.perf_counter()
    program = elf_program.read(data, names)
    found = sites.find(data, program)
    counts["microseconds"] += int((time.perf_counter() - before) * 1e6)
    if found is None:
        print(f"{path}: code for {program.machine} is not read")
        return
    before = time.perf_counter()
    slots = dict(program.slots) if program.machine == "mips" else {}
    theirs: Places = defaultdict(set)
    # Without symbols nothing says what is Thumb.
    for options in ((), ("-M", "force-thumb")) if program.machine == "arm" else ((),):
        base = program.bases[0] if slots and program.bases else 0
        for name, at in _objdump(path, set(names), [objdump, *options], slots, base).items():
            theirs[name] |= at
    counts["theirs us"] += int((time.perf_counter() - before) * 1e6)
    ours = {name: set(at.tolist()) for name, at in found.sites.items()}
    counts["files"] += 1
    counts["bytes"] += len(data)
    counts["ours"] += sum(map(len, ours.values()))
    counts["theirs"] += sum(map(len, theirs.values()))
    for name in sorted({*ours, *theirs}):
        more, less = ours.get(name, set()) - theirs.get(name, set()), theirs.get(name, set()) - ours.get(name, set())
        counts["equal"] += len(ours.get(name, set()) & theirs.get(name, set()))
        if more or less:
            print(f"{path}: {name}: only ours {_shown(more)}, only objdump's {_shown(less)}")


def _shown(places: set[int]) -> str:
    return f"{len(places)} {[f'0x{at:x}' for at in sorted(places)[:4]]}"


def _objdump(path: Path, names: set[str], objdump: list[str], slots: dict[int, str], base: int) -> Places:
    """Where objdump shows calls of `names`."""
    text = subprocess.run([*objdump, "-d", "-w", str(path)], capture_output=True, text=True, check=False).stdout
    lines = text.splitlines()
    stubs = {
        int(match[1], 16): named[1]
        for line in lines
        if (match := LABEL.match(line)) and (named := STUB.match(match[2])) and named[1] in names
    }
    found: Places = defaultdict(set)
    section = ""
    held: dict[str, str] = {}
    for line in lines:
        if match := SECTION.match(line):
            section = match[1]
        elif LABEL.match(line):
            held = {}
        elif not section.startswith((".plt", ".iplt", ".MIPS.stubs")) and (match := LINE.match(line)):
            at, operation, operands = int(match[1], 16), match[2], match[3]
            if slots and (called := _mips(operation, operands, held, slots, base)):
                found[called].add(at)
            name = _called(operation, operands, stubs, names)
            if name:
                found[name].add(at)
    return found


def _called(operation: str, operands: str, stubs: dict[int, str], names: set[str]) -> str:
    if operation in ("bnd", "notrack", "addr32"):
        operation, _, operands = operands.partition(" ")
    if not BRANCH.match(operation) or operation.startswith(NOT_BRANCH):
        return ""
    if slot := SLOT.search(operands):
        return slot[1] if slot[1] in names else ""
    target = TARGET.search(operands)
    if not target:
        return ""
    to = int(target[1], 16)
    # A stub for Arm may have one for Thumb in front, where objdump has its name: or the name is that of the one before.
    ahead = 4 if target[2].endswith("@plt+0x4") else -4
    return stubs.get(to) or (stubs.get(to - ahead, "") if "@plt+0x" in target[2] else "")


MOVED = re.compile(r"^(\w+),(-?\d+)\((\w+)\)$")


def _mips(operation: str, operands: str, held: dict[str, str], slots: dict[int, str], base: int) -> str:
    """Follow registers that hold the address of a function, in the order that the code stands in; what is called."""
    first, *_, last = [item.strip() for item in f"{operands},".split(",")[:2]]
    if operation in ("jalr", "jr"):
        called = held.get(last or first, "")
        if operation == "jr":
            held.clear()
        return called
    if operation in ("lw", "ld") and (match := MOVED.match(operands)):
        slot = base + int(match[2])
        held.pop(match[1], None)
        if match[3] == "gp" and slot in slots:
            held[match[1]] = slots[slot]
    elif operation == "move":
        held.pop(first, None)
        if last in held:
            held[first] = held[last]
    elif operation == "b":
        held.clear()
    elif not operation.startswith(("s", "b", "j", "nop")) or operation.startswith(("sl", "sr", "sub")):
        held.pop(first, None)
    return ""


if __name__ == "__main__":
    main()
