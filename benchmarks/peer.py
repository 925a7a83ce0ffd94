"""Pellucid beside unblob, on the same images in one run: seconds, and files that came out.

    python benchmarks/peer.py UNBLOB IMAGE [IMAGE ...]

UNBLOB is the peer's executable, installed in an environment of its own. It only unpacks; Pellucid's time is that of a
whole scan with an empty cache: unpacking, all analyzers, matching. What the peer cannot unpack for want of a tool
shows in its number of files.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pellucid.domain.scan import Progress
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

LIMIT_SECONDS = 1800


def peer(executable: Path, image: Path) -> tuple[float, int]:
    """Seconds, and regular files in its output."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PATH": f"{executable.parent}:{os.environ['PATH']}"}
        output = Path(folder) / "output"
        output.mkdir()
        command = [str(executable), "--extract-dir", str(output), str(image.absolute())]
        before = time.monotonic()
        subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment,
            timeout=LIMIT_SECONDS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds = time.monotonic() - before
        return seconds, sum(path.is_file() and not path.is_symlink() for path in output.rglob("*"))


def ours(image: Path) -> tuple[float, int]:
    """Seconds, and artefacts that came out."""
    before = time.monotonic()
    result = scan(image, Settings(), print_nothing)
    return time.monotonic() - before, len(result.artefacts) - 1


def print_nothing(_progress: Progress) -> None:
    """Progress is not what is measured."""


def main(executable: Path, images: list[Path]) -> None:
    """Measure, and print a table."""
    print(f"{'image':<28} {'unblob s':>9} {'files':>8} {'pellucid s':>11} {'files':>8} {'ratio':>6}")
    for image in images:
        (theirs, their_files), (mine, my_files) = peer(executable, image), ours(image)
        print(
            f"{image.name:<28} {theirs:9.1f} {their_files:8d} {mine:11.1f} {my_files:8d} {theirs / mine:6.1f}",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).absolute(), [Path(name) for name in sys.argv[2:]])
