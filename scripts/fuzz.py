"""Fuzzes every reader, guided by coverage: `make fuzz SECONDS=600 [ONLY=name] [GROWN=1]`.

Each target runs in processes of its own, two at a time. A finding is what a reader must not do: another exception than
Malformed and BudgetExceeded, more than 5 s or 1 GiB for one input, the death of the process.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts import fuzz_target
from scripts.fuzz_inputs import Packing

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work" / "fuzz"
AT_ONCE = 2
LEAST_SECONDS = 2.0
START_SECONDS = 90.0
STATUS = re.compile(r"cov: (\d+) ft: (\d+)")
LEFT_BEHIND = ("crash-*", "timeout-*", "oom-*")


@dataclass
class Row:
    """The figures of one target; edges and features are those of Atheris."""

    target: str
    executions: int = 0
    seconds: float = 0.0
    edges: int = 0
    features: int = 0
    slowest: float = 0.0
    findings: int = 0

    def cells(self) -> tuple[str, ...]:
        rate = self.executions / self.seconds if self.seconds else 0
        numbers = (self.executions, rate, self.edges, self.features, self.slowest * 1000, self.findings)
        return (self.target, *(f"{number:,.0f}" for number in numbers))


TITLES = ("target", "executions", "exec/s", "edges", "features", "slowest ms", "findings")


def table(rows: Sequence[Row]) -> str:
    """Aligned lines: the names to the left, the numbers to the right, with a sum below."""
    total = Row("all", seconds=sum(row.seconds for row in rows))
    for name in ("executions", "edges", "features", "findings"):
        setattr(total, name, sum(getattr(row, name) for row in rows))
    total.slowest = max((row.slowest for row in rows), default=0)
    lines = [TITLES, *(row.cells() for row in rows), total.cells()]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(TITLES))]
    return "\n".join(
        "  ".join(cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(zipped))
        for zipped in (list(zip(cells, widths, strict=True)) for cells in lines)
    )


def write_seeds(folder: Path) -> None:
    """One valid input for each extractor, made by the tools that the tests use."""
    from tests.support.small_inputs import small_inputs  # noqa: PLC0415 (it imports what the children must not)

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, data in small_inputs().items():
        (folder / name).write_bytes(data)


def run(name: str, seconds: float, *, is_grown: bool) -> Row:
    """Fuzz one target until its time is over; a process that dies is a finding, and another one goes on."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    row, end = Row(name), time.monotonic() + seconds
    died = 0
    while (left := end - time.monotonic()) >= LEAST_SECONDS / 2:
        (folder / "figures.json").unlink(missing_ok=True)
        options = ["--child", name, "--seconds", f"{left:.1f}", *(["--grown"] if is_grown else [])]
        with (folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "scripts.fuzz", *options]
            child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            try:
                code = child.wait(left + START_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
        _add(row, folder)
        if code == 0:
            break
        died += 1
        _keep_death(name, folder, code, died)
    row.findings = sum(_belongs(file, name) for file in (WORK / "findings").glob("*.bin"))
    return row


def _belongs(file: Path, name: str) -> bool:
    return file.name.startswith((f"{name}-", f"{name}+"))


def _add(row: Row, folder: Path) -> None:
    """Add what a process wrote down before it ended."""
    status = STATUS.findall((folder / "log").read_text(errors="replace"))
    if status:
        row.edges = max(row.edges, int(status[-1][0]))
        row.features = max(row.features, int(status[-1][1]))
    if (folder / "figures.json").exists():
        figures = json.loads((folder / "figures.json").read_text())
        row.executions += figures["executions"]
        row.seconds += figures["seconds"]
        row.slowest = max(row.slowest, figures["slowest"])


def _keep_death(name: str, folder: Path, code: int, number: int) -> None:
    """Keep the input with which a process died, and what it said last."""
    findings = WORK / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    file = findings / f"{name}-died-{number}.bin"
    packing = Packing((WORK / "seeds" / name).read_bytes() if (WORK / "seeds" / name).exists() else b"")
    left = [path for pattern in LEFT_BEHIND for path in folder.glob(pattern)]
    file.write_bytes(packing.unpack(left[0].read_bytes()) if left else b"")
    for path in left:
        path.unlink()
    last = (folder / "log").read_text(errors="replace")[-4000:]
    file.with_suffix(".txt").write_text(f"python -m scripts.fuzz --input {file}\n\nexit code {code}\n{last}")


def fuzz_all(seconds: float, only: str, *, is_grown: bool) -> list[Row]:
    """Divide `seconds` of wall time over the targets, those whose name contains `only`."""
    from scripts.fuzz_readers import targets  # noqa: PLC0415 (children import it only under instrumentation)

    write_seeds(WORK / "seeds")
    names = [target.name for target in targets(fuzz_target.load_seeds(WORK / "seeds"), WORK) if only in target.name]
    exact = [name for name in names if name == only]
    names = exact or names
    if not names:
        raise SystemExit(f"no target has {only!r} in its name")
    for old in (WORK / "findings").glob("*"):
        old.unlink()
    each = max(LEAST_SECONDS, seconds * min(AT_ONCE, len(names)) / len(names))
    print(f"{len(names)} targets, {each:.1f} s each", file=sys.stderr)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda name: run(name, each, is_grown=is_grown), names))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 without findings, 1 with some."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for all targets together")
    parser.add_argument("--only", default="", help="targets whose name contains this")
    parser.add_argument("--grown", action="store_true", help="inputs of some megabytes instead of small ones")
    parser.add_argument("--input", type=Path, help="reproduce a finding")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        fuzz = fuzz_target.fuzz_grown if options.grown else fuzz_target.fuzz_mutated
        fuzz(options.child, WORK, options.seconds)
        return 0
    if options.input:
        wrong = fuzz_target.reproduce(options.input, WORK)
        if wrong is not None:
            raise wrong
        print("nothing is wrong")
        return 0
    rows = fuzz_all(options.seconds, options.only, is_grown=options.grown)
    print(table(rows))
    for file in sorted((WORK / "findings").glob("*.bin")):
        print(f"\n{file.stem}\n  python -m scripts.fuzz --input {file.relative_to(ROOT)}")
    return 1 if any(row.findings for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
