"""Sample trees for archives and file systems, and a look at what an extractor made of them."""

import hashlib
import os
import random
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pellucid.analysis import pack
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Extractor
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import BudgetExceeded, Malformed

EPOCH = 1_700_000_000
SMALL = Limits(bytes=64 << 20, files=10_000)


@dataclass(frozen=True)
class Seen:
    """An entry without its name: content is a SHA-256, a link's target or empty."""

    kind: EntryKind
    content: str
    mode: int | None = None


@dataclass
class Extraction:
    """What came out; `stopped` is the budget's message, `refused` that of a reader that gave up."""

    entries: list[Entry]
    contents: dict[str, bytes]
    metadata: dict[str, str]
    problems: list[tuple[ProblemKind, str]]
    ended_at: int | None
    stopped: str = ""
    refused: str = ""

    @property
    def kinds(self) -> set[ProblemKind]:
        return {kind for kind, _ in self.problems}

    def seen(self, *, modes: bool = True) -> dict[str, Seen]:
        """By name; a hard link is seen as the file that it names."""
        found: dict[str, Seen] = {}
        for entry in self.entries:
            content = entry.target
            if entry.kind is EntryKind.FILE:
                content = hashlib.sha256(self.contents[entry.name]).hexdigest()
            found[entry.name] = Seen(entry.kind, content, entry.mode if modes else None)
        for name, this in found.items():
            if this.kind is EntryKind.HARDLINK:
                found[name] = found[this.content.removeprefix("./")]
        return found


def extract(unit: Extractor, data: bytes, folder: Path, limits: Limits = SMALL) -> Extraction:
    """Run one extractor over `data`; only what the runner expects may be raised."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    output = Output(folder, unit=unit.name, source_size=len(data), limits=limits)
    stopped = refused = ""
    try:
        unit.run(Artefact(data=data, kind=unit.name), output)
    except BudgetExceeded as error:
        stopped = error.message
    except Malformed as error:
        refused = error.message
    output.close()
    contents = contents_of(output.entries, data, folder)
    problems = [(problem.kind, problem.message) for problem in output.problems]
    return Extraction(output.entries, contents, output.metadata, problems, output.ended_at, stopped, refused)


def whole(unit: Extractor, data: bytes, tree: Path, folder: Path) -> Extraction:
    """What comes out of the image `data` of all of `tree`: checked to be that, with owners, and measured to its end.

    Times are checked of what stands in "etc": some tools write the image's own into folders.
    """
    found = extract(unit, data, folder)
    assert found.seen() == facts(tree)
    assert not found.problems
    assert {entry.mtime for entry in found.entries if entry.name.startswith("etc/")} == {EPOCH}
    assert {entry.uid for entry in found.entries} == {tree.stat().st_uid}
    assert unit.measure(data, 0) == len(data)
    assert unit.measure(b"x" * 512 + data, 512) == len(data)
    return found


def contents_of(entries: Sequence[Entry], data: bytes, folder: Path) -> dict[str, bytes]:
    """What the entries hold: parts of the container `data`, or of what was written to `folder`."""
    written = folder / pack.NAME
    put = written.read_bytes() if written.exists() else b""
    sources = {True: data, False: put}
    return {
        entry.name: sources[entry.inside][entry.stored : entry.stored + entry.size]
        for entry in entries
        if entry.stored >= 0
    }


def plant(root: Path) -> Path:
    """A tree with what file systems get wrong: empty, large, sparse, linked, set-id, deep, many, oddly named."""
    noise = random.Random(7)
    root.mkdir()
    root.chmod(0o755)
    for folder in ("bin", "etc/init.d", "deep/" + "/".join("abcdefgh"), "many", "empty"):
        (root / folder).mkdir(parents=True)
    files = {
        "bin/tool": (noise.randbytes(300_001), 0o755),
        "bin/setuid": (b"#!/bin/sh\n" * 40, 0o4755),
        "etc/passwd": (b"root::0:0:root:/:/bin/sh\n", 0o644),
        "etc/shadow": (b"root::0:0:99999:7:::\n", 0o600),
        "etc/nothing": (b"", 0o644),
        "etc/init.d/rcS": (b"#!/bin/sh\n", 0o755),
        "repeated": (b"the same line over and over\n" * 50_000, 0o644),
        "block": (noise.randbytes(131_072), 0o644),
        "deep/a/b/c/d/e/f/g/h/leaf": (b"leaf", 0o640),
        "näme with späces": ("ü".encode() * 700, 0o644),
        "a" * 120: (b"long name", 0o644),
    }
    for name, (content, mode) in files.items():
        (root / name).write_bytes(content)
        (root / name).chmod(mode)
    with (root / "sparse").open("wb") as file:
        for at in (0, 1_500_000, 3_000_000):
            file.seek(at)
            file.write(b"island")
        file.truncate(3_500_000)
    (root / "sparse").chmod(0o644)
    for number in range(300):
        (root / f"many/file-number-{number:04}").write_bytes(b"%d" % number)
        (root / f"many/file-number-{number:04}").chmod(0o644)
    (root / "bin/sh").symlink_to("tool")
    (root / "bin/away").symlink_to("/etc/shadow")
    (root / "bin/far").symlink_to("../" * 30 + "etc/passwd")
    (root / "linked").hardlink_to(root / "block")
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)
    return root


def facts(root: Path, *, modes: bool = True, leave_out: Sequence[str] = ()) -> dict[str, Seen]:
    """The same about the tree on the disk; links have the mode 0777 everywhere."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if name in leave_out:
            continue
        mode = stat.S_IMODE(path.lstat().st_mode) if modes else None
        if path.is_symlink():
            found[name] = Seen(EntryKind.SYMLINK, str(path.readlink()), mode)
        elif path.is_dir():
            found[name] = Seen(EntryKind.DIRECTORY, "", mode)
        else:
            found[name] = Seen(EntryKind.FILE, hashlib.sha256(path.read_bytes()).hexdigest(), mode)
    return found


def run(*command: str | Path, cwd: Path | None = None, feed: bytes = b"") -> bytes:
    """The output of a Debian tool that builds an input; a tool that is missing or fails is a failed test."""
    result = subprocess.run([str(part) for part in command], cwd=cwd, input=feed, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode(errors="replace")
    return result.stdout
