"""Looking at one artefact: name its format, take it apart, or analyse it. Runs inside the sandbox."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pellucid.analysis.analyzer import Analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded, Malformed, Truncated
from pellucid.formats.identify import DATA, TEXT, containers, identify_leaf, is_padding, looks_random, searched
from pellucid.pipeline.carving import carve, identify, pieces
from pellucid.pipeline.content import Child, Content, UnitResult
from pellucid.pipeline.patterns import compiled
from pellucid.pipeline.units import Units

log = logging.getLogger(__name__)
SMALLEST_CARVED = 64


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to look at. `analyzers` None means all; files that come out go to `folder`. Seconds, bytes."""

    path: str
    sha256: str
    size: int
    folder: str
    analyzers: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)
    seconds: float = 120.0


def examine(request: Request, units: Units) -> Content:
    """Everything about one artefact; whatever goes wrong in a unit is a Problem in the result."""
    content = Content(sha256=request.sha256, size=request.size, identity=units.identity)
    deadline = time.monotonic() + request.seconds * 0.8
    with _mapped(Path(request.path)) as data:
        artefact = Artefact(data=data)
        if request.analyzers is None:
            artefact = _take_apart(artefact, request, units, content)
        chosen = [unit for unit in units.analyzers if request.analyzers is None or unit.name in request.analyzers]
        content.versions = {unit.name: unit.version for unit in chosen}
        if content.analysed or not content.unpacked:
            content.analysed = True
            _analyse(artefact, chosen, content, deadline)
    return content


def _take_apart(artefact: Artefact, request: Request, units: Units, content: Content) -> Artefact:
    """Extract or carve; the artefact comes back with its kind and the hits of the pass over it."""
    data = artefact.data
    refused: list[Problem] = []
    found = identify(data, units.extractors, refused)
    if found:
        unit, length = found
        if unit.stream or is_padding(data, length, len(data)):
            content.kind = unit.name
            output = _output(request, unit.name)
            with _caught(unit.name, output):
                unit.run(replace(artefact, kind=unit.name), output)
            with _caught(unit.name, output):
                _trailing(data, output)
            if length > len(data) and not any(item.kind is ProblemKind.TRUNCATED for item in output.problems):
                output.failure(Truncated(f"{length:,} bytes are declared, {len(data):,} are there"))
            _keep(output, content)
            if unit.partial:
                return _partly_unpacked(artefact, units, content)
            if content.unpacked:
                return artefact
            if unit.stream:
                # Its magic is short and stood there by chance: these bytes are something else.
                content.kind, found = "", None
    kind = content.kind or (DATA if found else identify_leaf(data))
    literals = units.wanted_literals
    carved = kind in searched() and len(data) >= SMALLEST_CARVED
    if carved:
        literals = literals | units.magic_literals
    artefact = replace(artefact, kind=kind, hits=compiled(literals).search(data) if literals else {})
    content.kind = kind
    if carved:
        output = _output(request, "carving")
        with _caught("carving", output):
            carve(artefact, found, units.extractors, output)
        _keep(output, content)
    if kind == DATA and not found:
        content.problems += refused
    content.problems += _unread(data, kind, unpacked=content.unpacked)
    return artefact


def _partly_unpacked(artefact: Artefact, units: Units, content: Content) -> Artefact:
    """The same artefact as its analyzers see it: what came out of it is only a part."""
    leaf = identify_leaf(artefact.data)
    content.kind = content.kind if leaf in (DATA, TEXT) else leaf
    content.analysed = True
    hits = compiled(units.wanted_literals).search(artefact.data) if units.wanted_literals else {}
    return replace(artefact, kind=content.kind, hits=hits)


def _unread(data: bytes | mmap, kind: str, *, unpacked: bool) -> Iterator[Problem]:
    """What could be seen of the artefact, but not read."""
    if kind in containers():
        message = f"{kind} is recognised, but this version cannot unpack it; it was searched for known formats"
        yield Problem(unit="pipeline", kind=ProblemKind.UNSUPPORTED, message=message)
    elif kind == DATA and not unpacked and looks_random(data):
        message = "encrypted, or compressed in an unknown way: the bytes look random throughout"
        yield Problem(unit="pipeline", kind=ProblemKind.ENCRYPTED, message=message)


def _trailing(data: bytes | mmap, output: Output) -> None:
    """What follows the end of a stream is an artefact of its own."""
    end = output.ended_at
    if end is not None and 0 < end < len(data) and not is_padding(data, end, len(data)):
        output.file(f"0x{end:08x}.data", pieces(data, end, len(data)))


def _analyse(artefact: Artefact, chosen: list[Analyzer], content: Content, deadline: float) -> None:
    """Run the analyzers that want the artefact."""
    if not artefact.hits and content.kind == "":
        content.kind = identify_leaf(artefact.data)
        literals = frozenset[bytes]().union(*(unit.wants.literals for unit in chosen))
        hits = compiled(literals).search(artefact.data) if literals else {}
        artefact = replace(artefact, kind=content.kind, hits=hits)
    for unit in chosen:
        if not unit.wants(artefact):
            continue
        result = UnitResult()
        try:
            for number, fact in enumerate(unit(artefact)):
                _within(number, unit.most_facts, deadline)
                result.add(fact)
        except Exception as error:  # noqa: BLE001  # the runner's edge: a unit that fails is a Problem
            result.problems.append(_problem(unit.name, error))
        if result != UnitResult():
            content.units[unit.name] = result


def _within(number: int, most: int, deadline: float) -> None:
    if number >= most or time.monotonic() > deadline:
        raise BudgetExceeded(f"stopped after {number:,} facts")


@contextmanager
def _caught(unit: str, output: Output) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001  # the runner's edge: a unit that fails is a Problem
        if isinstance(error, Malformed):
            output.failure(error)
        else:
            problem = _problem(unit, error)
            output.problem(problem.kind, problem.message)


def _problem(unit: str, error: Exception) -> Problem:
    match error:
        case Malformed():
            return Problem(unit=unit, kind=ProblemKind.MALFORMED, message=error.message)
        case BudgetExceeded():
            return Problem(unit=unit, kind=ProblemKind.BUDGET, message=error.message)
        case MemoryError():
            return Problem(unit=unit, kind=ProblemKind.BUDGET, message="more memory was needed than a unit may have")
        case _:
            log.warning("unit %s failed", unit, exc_info=error)
            return Problem(unit=unit, kind=ProblemKind.CRASH, message=f"{type(error).__name__}: {str(error)[:200]}")


def _output(request: Request, unit: str) -> Output:
    folder = Path(request.folder)
    for left in folder.iterdir():
        left.unlink()
    limits = replace(request.limits, seconds=request.seconds * 0.8)
    return Output(folder, unit=unit, source_size=request.size, limits=limits)


def _keep(output: Output, content: Content) -> None:
    """Take over what came out."""
    content.problems.extend(output.problems)
    content.metadata.update(output.metadata)
    content.children = [Child(entry) for entry in output.entries]
    content.unpacked = any(entry.stored >= 0 for entry in output.entries)


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap]:
    """The bytes of a regular file, mapped read-only."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        size = os.fstat(descriptor).st_size
        if not size:
            yield b""
            return
        mapping = mmap(descriptor, size, access=ACCESS_READ)
        try:
            yield mapping
        finally:
            # Views that a unit still holds keep the mapping alive until they are collected.
            try:
                mapping.close()
            except BufferError:
                log.debug("a view of %s outlives its unit", path)
    finally:
        os.close(descriptor)
