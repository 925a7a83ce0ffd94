"""Pellucid beside unblob, unpacking the same images in one run: processor time, and the files that came out.

    python benchmarks/peer.py UNBLOB IMAGE [IMAGE ...] [--rounds N]

UNBLOB is the peer's executable, installed in an environment of its own; its squashfs reader is not in Debian, so it is
given unsquashfs instead. Both write what they find into a folder; Pellucid with an empty cache. CPU is user and system
time of all processes. "only theirs" counts contents that the peer finds and Pellucid does not; they are listed. "only
gaps": what the peer cuts out between formats, not recognised; Pellucid cuts at other places. With rounds, the two take
turns and the times are medians. Nothing is deleted before the end: on ext4, files cost more to create for minutes after
others were deleted, so whoever came second would pay for the first.
"""

import argparse
import hashlib
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 1800
SHOWN = 12
GAP = re.compile(r"/\d+-\d+\.(unknown|padding)$")
PLUGIN = """
from unblob.extractors import Command
from unblob.handlers.filesystem.squashfs import SquashFSv4LEHandler

SquashFSv4LEHandler.EXTRACTOR = Command(
    "unsquashfs", "-q", "-n", "-no-xattrs", "-no-exit-code", "-p", "1", "-f", "-d", "{outdir}", "{inpath}"
)
"""


@dataclass(frozen=True)
class Run:
    """Wall and processor seconds, and one place of each content by its SHA-256."""

    wall: float
    cpu: float
    contents: dict[str, str]


def peer(executable: Path, image: Path, folder: Path) -> Run:
    """What unblob makes of `image`, below `folder`."""
    output, plugins = folder / "output", folder / "plugins"
    output.mkdir(parents=True)
    plugins.mkdir()
    (plugins / "with_unsquashfs.py").write_text(PLUGIN)
    return _run([str(executable), "-P", str(plugins), "-e", str(output), str(image.absolute())], output)


def ours(image: Path, folder: Path) -> Run:
    """What `pellucid extract` makes of it."""
    folder.mkdir()
    output = folder / "output"
    command = [str(Path(sys.executable).with_name("pellucid")), "extract", str(image), "--output", str(output)]
    return _run(command, output)


def _run(command: list[str], output: Path) -> Run:
    environment = {**os.environ, "PATH": f"{Path(command[0]).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"}
    before, used = time.monotonic(), _used()
    subprocess.run(
        command,
        check=False,
        cwd=output.parent,
        env=environment,
        timeout=LIMIT_SECONDS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Run(time.monotonic() - before, _used() - used, dict(_contents(output)))


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _contents(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                yield hashlib.file_digest(file, "sha256").hexdigest(), str(path.relative_to(folder))


def main(executable: Path, images: list[Path], rounds: int, folder: Path) -> None:
    """Measure, and print a table."""
    print(f"{'':<24} {'unblob':>26} {'pellucid':>26} {'CPU':>6} {'only':>7} {'only':>6}")
    columns = f"{'CPU s':>8} {'wall s':>8} {'contents':>8}"
    print(f"{'image':<24} {columns} {columns} {'ratio':>6} {'theirs':>7} {'gaps':>6}")
    for count, image in enumerate(images):
        names = [f"{count}-{number}" for number in range(rounds)]
        runs = [(peer(executable, image, folder / f"{name}-a"), ours(image, folder / f"{name}-b")) for name in names]
        theirs, mine = (_median(column) for column in zip(*runs, strict=True))
        only = [place for sha256, place in theirs.contents.items() if sha256 not in mine.contents]
        files = [place for place in only if not GAP.search(place)]
        cells = " ".join(f"{run.cpu:8.2f} {run.wall:8.2f} {len(run.contents):8d}" for run in (theirs, mine))
        print(
            f"{image.name:<24} {cells} {theirs.cpu / mine.cpu:6.1f} {len(files):7d} {len(only) - len(files):6d}",
            flush=True,
        )
        for place in files[:SHOWN]:
            print(f"    only theirs: {place[-130:]}", flush=True)


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs), runs[0].contents
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unblob", type=Path)
    parser.add_argument("images", type=Path, nargs="+", metavar="image")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as below:
        main(given.unblob.absolute(), given.images, given.rounds, Path(below))
