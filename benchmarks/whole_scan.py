"""Whole scans, extraction and all analyzers, beside peers that each do a part of it, in one run.

    python benchmarks/whole_scan.py IMAGE [IMAGE ...] [--unblob UNBLOB] [--syft SYFT] [--cve-bin-tool PYTHON]
                                    [--checksec PYTHON] [--advisories DIR]

Pellucid scans the image with a cache that has nothing of it but tables of the program's own; DIR is a data directory
with advisories (`pellucid advisories import`), without it software is named and not judged. The peers: unblob unpacks
the image, and what `pellucid extract` wrote of it (made before, not counted) is given to syft, to the checkers of
cve-bin-tool, and file by file to checksec-py, which are installed in environments of their own. A peer that is not
named is not run. Times are wall and processor seconds of all processes, `memory` the largest process.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peer import PLUGIN

LIMIT = 1800
CHECKERS = """
import logging, sys
from pathlib import Path
(Path.home() / ".cache" / "cve-bin-tool").mkdir(parents=True, exist_ok=True)
logging.disable(logging.CRITICAL)
from cve_bin_tool import util
util.make_http_requests = lambda *_, **__: ""
from cve_bin_tool.version_scanner import VersionScanner
scanner = VersionScanner(should_extract=False)
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file() and not path.is_symlink():
        try:
            list(scanner.scan_file(str(path)))
        except Exception:
            pass
"""
CHECKSEC = """
import sys
from pathlib import Path
from checksec.elf import ELFSecurity
from checksec.errors import ErrorNotAnElf, ErrorParsingFailed
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as file:
            if file.read(4) != b"\\x7fELF":
                continue
        try:
            elf = ELFSecurity(path)
            [getattr(elf, name) for name in ("relro", "has_canary", "pie", "has_rpath", "has_runpath", "is_stripped")]
        except (ErrorNotAnElf, ErrorParsingFailed, ValueError, OSError):
            pass
"""


@dataclass(frozen=True)
class Run:
    """Wall and processor seconds, the largest process in KiB, and what was printed."""

    wall: float
    cpu: float
    memory: int
    printed: str


def timed(command: Sequence[str], **environment: str) -> Run:
    """Run a tool to its end, in a process that has no other children: so that its memory is its own."""
    measure = (
        "import json, resource, subprocess, sys, time\n"
        "begun = time.monotonic()\n"
        "done = subprocess.run(sys.argv[1:], check=False, capture_output=True, text=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss, done.stdout]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, *command],
        check=True,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env={**os.environ, **environment},
    )
    return Run(*json.loads(done.stdout))


def pellucid(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("pellucid")), *arguments]


def peers(image: Path, root: Path, folder: Path, given: argparse.Namespace) -> dict[str, list[str]]:
    """Command lines of those that are there."""
    commands = {}
    if given.unblob:
        plugins = folder / "plugins"
        plugins.mkdir()
        (plugins / "with_unsquashfs.py").write_text(PLUGIN)
        commands["unblob (unpacks)"] = [
            *(str(given.unblob), "-P", str(plugins), "-e", str(folder / "unblob"), str(image))
        ]
    if given.syft:
        commands["syft (names software)"] = [str(given.syft), "scan", f"dir:{root}", "-q", "-o", "json"]
    if given.cve_bin_tool:
        commands["cve-bin-tool (names software)"] = [str(given.cve_bin_tool), "-c", CHECKERS, str(root)]
    if given.checksec:
        commands["checksec-py (hardening)"] = [str(given.checksec), "-c", CHECKSEC, str(root)]
    return commands


def show(name: str, run: Run, more: str = "") -> None:
    print(f"  {name:<32} {run.wall:8.2f} s {run.cpu:8.2f} s CPU {run.memory / 1024:7,.0f} MiB  {more}", flush=True)


def main(given: argparse.Namespace, folder: Path) -> None:
    """Measure, and print."""
    print(f"{os.cpu_count()} processors, {resource.getpagesize()} bytes a page, Python {sys.version.split()[0]}")
    home = folder / "home"
    home.mkdir()
    advisories = ["--data-dir", str(given.advisories)] if given.advisories else []
    (folder / "warm").write_bytes(b"x\n")
    # What is made of the program's own tables is made once a version, not once an image.
    timed(pellucid("scan", str(folder / "warm"), "--format", "json", *advisories), HOME=str(home))
    for number, image in enumerate(given.images):
        print(f"{image.name}: {image.stat().st_size:,} bytes")
        run = timed(pellucid("scan", str(image), "--format", "json", *advisories), HOME=str(home))
        found = json.loads(run.printed)
        told = f"{found['image']['artefacts']:,} artefacts, {len(found['dependencies']):,} dependencies, "
        show("pellucid (all of it)", run, told + f"{len(found['findings']):,} findings")
        below = folder / str(number)
        below.mkdir()
        root = below / "extracted"
        timed(pellucid("extract", str(image), "--output", str(root)))
        for name, command in peers(image.absolute(), root, below, given).items():
            show(name, timed(command, HOME=str(below)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, nargs="+", metavar="image")
    for name in ("unblob", "syft", "cve-bin-tool", "checksec", "advisories"):
        parser.add_argument(f"--{name}", type=Path, default=None)
    with tempfile.TemporaryDirectory() as below:
        main(parser.parse_args(), Path(below))
