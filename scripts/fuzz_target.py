"""One process of the fuzzer: it reads inputs with one target until its time is over, and writes down what it saw."""

import importlib
import json
import os
import random
import resource
import signal
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from scripts.fuzz_checksums import Checksums
from scripts.fuzz_inputs import Packing, edited, grown

if TYPE_CHECKING:
    from scripts.fuzz_readers import Target

MOST_SECONDS = 5.0
MOST_MEMORY = 1 << 30
GROWN_SIZE = 4 << 20
INSTRUMENTED = ["pellucid.formats", "pellucid.extractors"]


class TooSlow(BaseException):
    """One input took longer than it may; nothing that a reader catches."""


@dataclass
class Figures:
    """What a run over one target comes to."""

    executions: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


class Watch:
    """Runs a target on inputs; what must not happen becomes a file in `findings`, once for each place in the code."""

    def __init__(self, target: "Target", checksums: Checksums, folder: Path, findings: Path) -> None:
        self._target, self._checksums, self._folder, self._findings = target, checksums, folder, findings
        self.figures = Figures()
        self._begun = time.monotonic()
        signal.signal(signal.SIGVTALRM, _too_slow)

    def run(self, data: bytes, *, carved: bool = False) -> BaseException | None:
        """Read one input. Returns what was raised and should not have been."""
        self._checksums.choose(data)
        begun, wrong = time.process_time(), None
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
            try:
                (self._target.carve if carved else self._target.read)(data)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 (whatever it is, it is a finding)
            wrong = None if type(error).__name__ in EXPECTED else error
        finally:
            self._checksums.agreeing = False
        took = time.process_time() - begun
        if took > MOST_SECONDS and wrong is None:
            wrong = TooSlow(f"{took:.1f} s without a chance to stop it")
        self.figures.executions += 1
        self._keep_slowest(took, data)
        if wrong is not None:
            self._keep(wrong, data, carved=carved)
        return wrong

    def save(self) -> None:
        """Write the figures for the parent process."""
        self.figures.seconds = time.monotonic() - self._begun
        (self._folder / "figures.json").write_text(json.dumps(asdict(self.figures)))

    def _keep_slowest(self, took: float, data: bytes) -> None:
        if took > self.figures.slowest:
            self.figures.slowest = took
            if took > 0.2:
                (self._folder / "slowest.bin").write_bytes(data)

    def _keep(self, error: BaseException, data: bytes, *, carved: bool) -> None:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/pellucid/" in frame.filename]
        place = f"{Path(frames[-1].filename).stem}.{frames[-1].name}" if frames else "harness"
        line = "" if isinstance(error, TooSlow | MemoryError) or not frames else f".{frames[-1].lineno}"
        name = f"{self._target.name}{'+carve' if carved else ''}-{type(error).__name__}-{place}{line}"
        self._findings.mkdir(parents=True, exist_ok=True)
        file = self._findings / f"{name}.bin"
        if not file.exists() or file.stat().st_size > len(data):
            file.write_bytes(data)
            text = "".join(traceback.format_exception(error))
            file.with_suffix(".txt").write_text(f"python -m scripts.fuzz --input {file}\n\n{text}")


EXPECTED = ("Malformed", "Truncated", "Encrypted", "Unsupported", "MissingLibrary", "BudgetExceeded")


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow(f"more than {MOST_SECONDS} s of processor time")


def limit_memory() -> None:
    """What is asked for beyond 1 GiB gives a MemoryError, as in the sandbox."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    now = next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (now + MOST_MEMORY, resource.RLIM_INFINITY))


def target_of(name: str, work: Path) -> "Target":
    """The target `name`; its readers are imported now."""
    readers: Any = importlib.import_module("scripts.fuzz_readers")
    folder = work / name / "out"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bytes").unlink(missing_ok=True)
    found = {target.name: target for target in readers.targets(load_seeds(work / "seeds"), folder)}
    target: Target = found[name]
    return target


def load_seeds(folder: Path) -> dict[str, bytes]:
    """The valid inputs that the parent process wrote, by name of their extractor."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def fuzz_mutated(name: str, work: Path, seconds: float) -> None:
    """Guided by coverage, with Atheris. Does not return."""
    atheris: Any = importlib.import_module("atheris")
    checksums = Checksums()
    with atheris.instrument_imports(include=INSTRUMENTED):
        target = target_of(name, work)
        checksums.install()
    packing = Packing(target.seed)
    folder = work / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seed = packing.pack(target.seed)
    (corpus / "seed").write_bytes(seed)
    watch = Watch(target, checksums, folder, work / "findings")
    watch.run(target.seed)
    limit_memory()
    deadline = time.monotonic() + seconds

    def one(packed: bytes) -> None:
        watch.run(packing.unpack(packed))
        if time.monotonic() > deadline:
            watch.save()
            os._exit(0)

    def mutate(packed: bytes, most: int, number: int) -> bytes:
        noise = random.Random(number)
        if not packed or noise.random() < 0.4:
            return bytes(atheris.Mutate(packed, most))
        return edited(packed, noise)[:most]

    longest = max(16 << 10, len(seed) * 5 // 4)
    options = ["-len_control=0", f"-max_len={longest}", "-rss_limit_mb=0", "-timeout=60", "-report_slow_units=1000"]
    atheris.Setup(["fuzz", *options, f"-artifact_prefix={folder}/", str(corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


def fuzz_grown(name: str, work: Path, seconds: float) -> None:
    """Inputs of some megabytes, made of the seed and of what the other mode found worth keeping."""
    checksums = Checksums()
    target = target_of(name, work)
    checksums.install()
    packing = Packing(target.seed)
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    kept = [packing.unpack(file.read_bytes()) for file in sorted((folder / "corpus").glob("*"))]
    seeds = [target.seed, *(data for data in kept if data)]
    watch = Watch(target, checksums, folder, work / "findings")
    watch.run(target.seed)
    limit_memory()
    deadline = time.monotonic() + seconds
    noise = random.Random(len(seeds))
    for number, data in enumerate(grown(seeds, target.literal, GROWN_SIZE, noise)):
        watch.run(data)
        if number % 3 == 0:
            watch.run(data, carved=True)
        if time.monotonic() > deadline:
            break
    watch.save()


def reproduce(file: Path, work: Path) -> BaseException | None:
    """Read a kept input once more; its name says which target found it."""
    name, _, _ = file.name.partition("-")
    checksums = Checksums()
    target = target_of(name.removesuffix("+carve"), work)
    checksums.install()
    watch = Watch(target, checksums, work, work / "again")
    watch.run(target.seed)
    limit_memory()
    wrong = watch.run(file.read_bytes(), carved=name.endswith("+carve"))
    print(f"{watch.figures.slowest * 1000:.0f} ms at most")
    return wrong
