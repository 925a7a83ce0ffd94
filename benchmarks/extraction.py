"""Unpacking every input of a corpus of real images: files found of files true, time, memory, bytes written.

    python benchmarks/extraction.py CORPUS [NAME ...]

CORPUS has manifest.json, and truth/*.sha256 as its inputs name them. Each input is unpacked by a process of its own,
with an empty cache. CPU: seconds of user and system time of all processes; peak: largest sum of their proportional
memory (PSS), sampled; out: bytes that came out; written: bytes on the disk, those that were not copied do not count.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pellucid.pipeline.outcome import Outcome
from pellucid.services.analysis_means import source_of
from pellucid.services.unpacking import unpack
from pellucid.settings import Settings

SAMPLE_SECONDS = 0.05
HEADER = (
    f"{'input':<52} {'found':>6} {'true':>6} {'wall s':>7} {'CPU s':>7} {'peak MB':>8} {'out MB':>8} {'written':>8}"
)


def one(image: Path) -> None:
    """Unpack one image, and print what came out as JSON."""
    with tempfile.TemporaryDirectory(prefix="pellucid-bench-") as folder:
        outcome, scratch = unpack(source_of(image), Path(folder), Settings(), lambda _progress: None)
        answer = {
            "hashes": sorted(outcome.contents),
            "out": bytes_out(outcome),
            "written": scratch.written,
            "problems": problems(outcome),
            "kinds": kinds(outcome),
        }
    print(json.dumps(answer))


def bytes_out(outcome: Outcome) -> int:
    return sum(child.entry.size for content in outcome.contents.values() for child in content.children if child.sha256)


def problems(outcome: Outcome) -> list[str]:
    found = [problem for content in outcome.contents.values() for problem in content.problems]
    return [f"{problem.kind} ({problem.unit}): {problem.message}" for problem in (*outcome.problems, *found)]


def kinds(outcome: Outcome) -> dict[str, int]:
    counted: dict[str, int] = {}
    for content in outcome.contents.values():
        counted[content.kind] = counted.get(content.kind, 0) + 1
    return counted


def measured(image: Path) -> tuple[dict[str, Any], float, float, int]:
    """The answer, wall seconds, CPU seconds, peak bytes."""
    before = time.monotonic()
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen([sys.executable, __file__, "--one", str(image)], stdout=answer)
        peak = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, memory_of(process.pid))
            time.sleep(SAMPLE_SECONDS)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{image}: exit code {process.returncode}")
        answer.seek(0)
        return json.load(answer), time.monotonic() - before, usage.ru_utime + usage.ru_stime, peak


def memory_of(pid: int) -> int:
    """Proportional memory of a process and its children, in bytes."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            total += memory_of(int(child))
    except OSError:
        return total  # it has just ended
    return total


def truth_of(corpus: Path, entry: dict[str, Any]) -> set[str]:
    """The hashes of all files that are in an input, where the corpus knows them."""
    name = entry["expect"].get("file_hashes")
    if not name:
        return set()
    return {line.split()[0] for line in (corpus / name).read_text(encoding="utf-8").splitlines() if line.strip()}


def main(corpus: Path, names: list[str]) -> int:
    """Measure, and print a table; 1 when a true file was not found."""
    inputs = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    print(HEADER, flush=True)
    missing = 0
    for entry in inputs:
        if names and entry["file"] not in names:
            continue
        answer, wall, cpu, peak = measured(corpus / entry["file"])
        true = truth_of(corpus, entry)
        found = len(true & set(answer["hashes"]))
        missing += len(true) - found
        shown = f"{found:6d} {len(true):6d}" if true else f"{len(answer['hashes']) - 1:6d} {'-':>6}"
        print(
            f"{entry['file']:<52} {shown} {wall:7.1f} {cpu:7.1f} {peak / 1e6:8.0f} {answer['out'] / 1e6:8.1f}"
            f" {answer['written'] / 1e6:8.1f}",
            flush=True,
        )
        for problem in answer["problems"][:3] if "-v" in sys.argv or entry["file"].startswith("hostile/") else []:
            print(f"    {problem[:150]}", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "-v"]
    if len(arguments) == 2 and arguments[0] == "--one":
        one(Path(arguments[1]))
    elif arguments and not arguments[0].startswith("-"):
        sys.exit(main(Path(arguments[0]), arguments[1:]))
    else:
        sys.exit(__doc__)
