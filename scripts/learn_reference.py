"""The reference: every ELF file that was fetched, and those of the machine that this runs on, by source package."""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scripts import learn_packs

from pellucid.formats import elf

MACHINE = "machine"
UNOWNED = "(no package)"
DPKG = Path("/var/lib/dpkg/info")


def packs(work: Path, releases: Sequence[str], strangers: Iterable[str]) -> list[Path]:
    """Every pack there is, big ones first; of strangers those of the oldest and of the newest release."""
    strange, seen = set(strangers), {releases[0], releases[-1], MACHINE}
    found = (work / "packs").glob("*/*.pack")
    wanted = (path for path in found if path.stem not in strange or path.parent.name in seen)
    return sorted(wanted, key=lambda path: (-path.stat().st_size, path))


def pack_machine(work: Path, root: Path = Path("/usr")) -> int:
    """Pack the machine's own programs and libraries, source by source; how many files these are."""
    sources = _sources()
    owners = _owners()
    files: dict[str, list[learn_packs.PackedFile]] = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or not 64 <= path.stat().st_size <= learn_packs.LARGEST_FILE:
            continue
        with path.open("rb") as stream:
            if stream.read(4) != elf.MAGIC:
                continue
        package = owners.get(str(path)) or owners.get(str(path).removeprefix("/usr"), "")
        source = sources.get(package, (UNOWNED, ""))[0]
        data = learn_packs.without_code(path.read_bytes())
        files.setdefault(source, []).append(learn_packs.PackedFile(package, str(path)[1:], data))
    versions = dict(sources.values())
    for source, found in files.items():
        pack = learn_packs.Pack(
            source=source, release=MACHINE, version=versions.get(source, ""), homepage="", copyright="", files=found
        )
        learn_packs.write(work / "packs" / MACHINE / f"{source}.pack", pack)
    return sum(map(len, files.values()))


def _owners() -> dict[str, str]:
    """Path -> name of the package that owns it."""
    found: dict[str, str] = {}
    for listing in DPKG.glob("*.list"):
        package = listing.name.removesuffix(".list").partition(":")[0]
        for path in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            found[path] = package
    return found


def _sources() -> dict[str, tuple[str, str]]:
    """Package -> (source package, its version)."""
    return {line[0]: (line[1], line[2]) for line in _installed()}


def _installed() -> Iterator[list[str]]:
    command = ["dpkg-query", "-W", "-f", "${Package}\t${source:Package}\t${source:Version}\n"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return (line.split("\t") for line in answer.splitlines())
