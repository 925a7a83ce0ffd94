"""How ELF files are guarded: the verdicts beside those of checksec-py, property by property, and what they cost.

    python benchmarks/hardening.py IMAGE [IMAGE ...] --checksec PYTHON

An IMAGE is unpacked first; a folder is taken as it is. PYTHON is the interpreter that checksec-py is installed for. It
is given each ELF file for itself, with the C library of the image, from which it takes the names of checked functions.
Shown for each property are how many files both say the same of, and each kind of disagreement with its number and one
of its files. Verdicts that are not applicable or unknown are disagreements wherever the peer says something. Speed is
that of the analyzer alone over the ELF files, in megabytes of them a second; the pass that finds its literals is one
for all analyzers, and not in it.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.hardening.elf_hardening import elf_hardening
from pellucid.domain.hardening import Check, Hardening, Verdict

PEER = """
import json, logging, sys
from pathlib import Path
from checksec.elf import ELFSecurity, get_libc
import lief
lief.logging.disable()
get_libc(Path(sys.argv[1]) if sys.argv[1] else None)
for line in sys.stdin:
    try:
        said = ELFSecurity(Path(line.rstrip("\\n"))).checksec_state
        print(json.dumps({
            "relro": said.relro.name, "canary": said.canary, "nx": said.nx, "pie": said.pie.name, "rpath": said.rpath,
            "runpath": said.runpath, "symbols": said.symbols, "counts": f"{said.fortified}/{said.fortifiable}",
            "fortify": said.fortify_source if said.fortifiable else "nothing to check",
        }), flush=True)
    except Exception as error:
        print(json.dumps({"error": repr(error)}), flush=True)
"""
PIE = {"exec": "No", "pie": "PIE", "staticPie": "PIE", "shared": "DSO", "module": "REL", "relocatable": "REL"}
RELRO = {"none": "No", "partial": "Partial", "full": "Full"}
YES = {Verdict.PASS: True, Verdict.FAIL: False, Verdict.UNKNOWN: None}
Answers = Mapping[str, object]


@dataclass
class Tally:
    """What is said of one property; disagreements by both answers, with a file for each."""

    files: int = 0
    agree: int = 0

    def __post_init__(self) -> None:
        self.groups: Counter[tuple[str, str]] = Counter()
        self.examples: dict[tuple[str, str], str] = {}


def elf_files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of the folder that begins as ELF files do."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path, path.read_bytes()


def artefact_of(data: bytes) -> Artefact:
    hits = {}
    for literal in elf_hardening.wants.literals:
        if found := [match.start() for match in re.finditer(re.escape(literal), data)]:
            hits[literal] = found
    return Artefact(data=data, kind="elf", hits=hits)


def answers(checks: tuple[Check, ...]) -> dict[str, tuple[object, str]]:
    """(answer in the words of the peer, how it is shown) by property."""
    by_name = {check.name: check for check in checks}

    def shown(name: str) -> str:
        check = by_name.get(name)
        return f"{check.verdict} {check.value}".strip() if check else "not asked"

    def value(name: str) -> str:
        return by_name[name].value if name in by_name else ""

    said: dict[str, tuple[object, str]] = {
        "pie": (PIE.get(value("pie"), ""), shown("pie")),
        "relro": (RELRO.get(value("relro"), "NA"), shown("relro")),
        "symbols": ({"symbols": True, "stripped": False}.get(value("stripped")), shown("stripped")),
        "counts": (value("fortify"), shown("fortify")),
    }
    for theirs, ours in (("canary", "stackCanary"), ("nx", "nx"), ("fortify", "fortify")):
        verdict = by_name[ours].verdict if ours in by_name else Verdict.UNKNOWN
        text = shown(ours) if ours != "fortify" else str(verdict)
        said[theirs] = (YES.get(verdict, "nothing to check"), text)
    for name in ("rpath", "runpath"):
        said[name] = (value(name) not in ("", "none", "static"), shown(name))
    return said


def compare(folder: Path, python: Path) -> None:
    """One table, of everything in a folder."""
    libraries = sorted(folder.rglob("libc.so.6"))
    command = [str(python), "-c", PEER, str(libraries[0]) if libraries else ""]
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    size, seconds, theirs_seconds, errors = 0, 0.0, 0.0, Counter[str]()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdin
        assert peer.stdout
        for path, data in elf_files(folder):
            artefact = artefact_of(data)
            before = time.process_time()
            facts = [fact for fact in elf_hardening(artefact) if isinstance(fact, Hardening)]
            seconds += time.process_time() - before
            size += len(data)
            before = time.monotonic()
            peer.stdin.write(f"{path}\n")
            peer.stdin.flush()
            said = json.loads(peer.stdout.readline())
            theirs_seconds += time.monotonic() - before
            if "error" in said or not facts:
                errors[f"peer: {said.get('error', 'reads it')}, here: {len(facts)} facts"] += 1
                continue
            count(tallies, answers(facts[0].checks), said, str(path.relative_to(folder)))
        peer.stdin.close()
    print(
        f"  {size / 1e6:,.0f} MB of ELF: {size / 1e6 / seconds:,.0f} MB/s here ({seconds:.2f} s of processor), ", end=""
    )
    print(f"{size / 1e6 / theirs_seconds:,.0f} MB/s the peer")
    for text, number in errors.items():
        print(f"  not compared: {number} files ({text})")
    show(tallies)


def count(tallies: defaultdict[str, Tally], ours: Mapping[str, tuple[object, str]], theirs: Answers, path: str) -> None:
    for name, (answer, shown) in ours.items():
        tally = tallies[name]
        tally.files += 1
        if answer == theirs[name] and answer is not None:
            tally.agree += 1
            continue
        group = (str(theirs[name]), shown)
        tally.groups[group] += 1
        tally.examples.setdefault(group, path)


def show(tallies: Mapping[str, Tally]) -> None:
    print(f"  {'property':<10}{'files':>7}{'agree':>7}{'differ':>7}")
    for name, tally in tallies.items():
        print(f"  {name:<10}{tally.files:>7}{tally.agree:>7}{tally.files - tally.agree:>7}")
        for (theirs, ours), number in tally.groups.most_common():
            print(f"      {number:>6}  peer {theirs}, here {ours}: {tally.examples[theirs, ours]}")


def main() -> None:
    """Compare each image."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    parser.add_argument("--checksec", type=Path, required=True, metavar="PYTHON")
    arguments = parser.parse_args()
    for image in arguments.images:
        print(image.name, flush=True)
        if image.is_dir():
            compare(image, arguments.checksec)
            continue
        with tempfile.TemporaryDirectory() as folder:
            pellucid = str(Path(sys.executable).with_name("pellucid"))
            subprocess.run([pellucid, "extract", str(image), "--output", folder], check=True, capture_output=True)
            compare(Path(folder), arguments.checksec)


if __name__ == "__main__":
    main()
