"""What each stage of the analysis costs: processor seconds over one input, alone and as a share of all of them.

    python benchmarks/stages.py FILE [FILE ...] [--rounds N]

Every content of the input is examined in this process, once with no analyzers at all (unpacking), once with those of
each stage alone, once with all, and once with all but those of the stage. "alone" is what a stage adds to unpacking,
with the search for its literals, in megabytes of examined bytes a second; "share" is what leaving it out would save of
an examination by all. Stages share the pass over the bytes, so that shares do not add up to one. Of several rounds, the
quickest counts; patterns are compiled before.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pellucid.analysis.analyzer import Analyzer, Stage
from pellucid.analyzers import ANALYZERS
from pellucid.extractors import EXTRACTORS
from pellucid.pipeline.examine import examine, mapped
from pellucid.pipeline.messages import Request
from pellucid.pipeline.scratch import Extent, Scratch
from pellucid.pipeline.unit_set import Units
from pellucid.services.analysis_means import source_of


@dataclass(frozen=True)
class Run:
    """Processor seconds, and the bytes of all contents."""

    seconds: float
    bytes: int


def run(path: Path, units: Units) -> Run:
    """Examine everything in the file."""
    _ = units.patterns
    source = source_of(path)
    seconds, total, known = 0.0, 0, {source.sha256}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scratch = Scratch(folder / "scratch")
        scratch.add(source.sha256, Extent(source.path, 0, source.size))
        waiting = [(source.sha256, source.size)]
        for number, (sha256, size) in enumerate(waiting):
            extent = scratch.get(sha256)
            assert extent is not None
            output = folder / str(number)
            output.mkdir()
            before = time.process_time()
            with extent.path.open("rb") as file, mapped(file.fileno(), extent.at, extent.size) as data:
                content = examine(Request(sha256=sha256, size=size, folder=str(output)), data, units)
            seconds += time.process_time() - before
            total += size
            scratch.take_in(output, extent, content.children, content.held)
            for child in content.children:
                if child.sha256 and child.sha256 not in known:
                    known.add(child.sha256)
                    waiting.append((child.sha256, child.entry.size))
    return Run(seconds, total)


def best(path: Path, analyzers: Sequence[Analyzer], rounds: int) -> Run:
    return min((run(path, Units(EXTRACTORS, analyzers)) for _ in range(rounds)), key=lambda item: item.seconds)


def measure(path: Path, rounds: int) -> None:
    """One table."""
    plain, whole = best(path, (), rounds), best(path, ANALYZERS, rounds)
    print(
        f"{path.name}: {plain.bytes / 1e6:,.0f} MB examined, unpacking {plain.seconds:.2f} s, all {whole.seconds:.2f} s"
    )
    for stage in Stage:
        mine = [unit for unit in ANALYZERS if unit.stage is stage]
        if not mine:
            continue
        alone = best(path, mine, rounds).seconds - plain.seconds
        without = best(path, [unit for unit in ANALYZERS if unit.stage is not stage], rounds).seconds
        speed = plain.bytes / 1e6 / max(alone, 1e-3)
        share = (whole.seconds - without) / whole.seconds
        print(
            f"  {stage:<12}{len(mine):>4} units  alone {alone:7.2f} s  {speed:8,.0f} MB/s  share {share:6.1%}",
            flush=True,
        )


def main() -> None:
    """Measure each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    for path in arguments.files:
        measure(path, arguments.rounds)


if __name__ == "__main__":
    main()
