"""What the result cache saves: two images scanned cold, then again, then one after the other.

    python benchmarks/cache.py IMAGE [IMAGE ...]

Prints wall time and the share of artefacts that were taken from the cache; every figure comes from this one run.
"""

import sys
import tempfile
import time
from pathlib import Path

from pellucid.domain.progress import Progress
from pellucid.domain.scan_result import ScanResult
from pellucid.services.local_scan import scan
from pellucid.settings import Settings


def print_nothing(_progress: Progress) -> None:
    """Progress is not what is measured."""


def timed(path: Path, settings: Settings) -> tuple[float, ScanResult]:
    before = time.monotonic()
    result = scan(path, settings, print_nothing, keep=True)
    return time.monotonic() - before, result


def main(images: list[Path]) -> None:
    print(f"{'image':<28} {'run':<8} {'seconds':>8} {'artefacts':>10} {'contents':>9} {'reused':>7} {'share':>6}")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        for run in ("cold", "second"):
            for image in images:
                seconds, result = timed(image, settings)
                contents = len({artefact.sha256 for artefact in result.artefacts})
                print(
                    f"{image.name:<28} {run:<8} {seconds:8.2f} {len(result.artefacts):10d} {contents:9d}"
                    f" {result.reused:7d} {result.reused / contents:6.1%}"
                )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([Path(name) for name in sys.argv[1:]])
