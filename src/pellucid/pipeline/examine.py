"""Looking at one artefact: name its format, take it apart, or analyse it. Runs inside the sandbox."""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path

from msgspec import structs

from pellucid.analysis import pack, secrets_seen
from pellucid.analysis.analyzer import Analyzer, Fact
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.output import Output
from pellucid.analysis.scan_rules import ScanRules
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded, Malformed, Truncated
from pellucid.formats.identify import containers, identify_leaf, is_padding, looks_random, searched
from pellucid.formats.leaf_kinds import DATA, TEXT
from pellucid.pipeline.carving import carve, identify
from pellucid.pipeline.content import Child, Content, UnitResult
from pellucid.pipeline.messages import Request
from pellucid.pipeline.unit_set import Units
from pellucid.pipeline.withholding import withhold

log = logging.getLogger(__name__)
SMALLEST_CARVED = 64


def examine(request: Request, data: bytes | mmap, units: Units, rules: ScanRules | None = None) -> Content:
    """Everything about one artefact; whatever goes wrong in a unit is a Problem in the result."""
    content = Content(sha256=request.sha256, size=request.size, identity=units.identity)
    deadline = time.monotonic() + request.seconds * 0.8
    artefact = Artefact(data=data, rules=rules)
    if request.leaf:
        _leave_whole(data, units, content)
    elif request.analyzers is None:
        artefact = _take_apart(artefact, request, units, content)
    chosen = units.chosen(request.analyzers)
    content.versions = units.versions_of(request.analyzers)
    if content.analysed or not content.unpacked:
        content.analysed = True
        _analyse(artefact, units, chosen, content, deadline)
    else:
        _analyse(artefact, units, [unit for unit in chosen if unit.whole], content, deadline)
    return withhold(content, secrets_seen.seen(artefact))


def _leave_whole(data: bytes | mmap, units: Units, content: Content) -> None:
    """The scan may take nothing more out: what would have been is said."""
    if found := identify(data, units.recogniser):
        unit = found[0]
        # A program with something attached is still a program, and analysed as one.
        content.kind = "" if unit.partial else unit.name
        message = f"{unit.name} was not unpacked: a limit of the whole scan was reached before"
        content.problems.append(Problem(unit="pipeline", kind=ProblemKind.BUDGET, message=message))


def _take_apart(artefact: Artefact, request: Request, units: Units, content: Content) -> Artefact:
    """Extract or carve; the artefact comes back with its kind and the hits of the pass over it."""
    data = artefact.data
    refused: list[Problem] = []
    found = identify(data, units.recogniser, refused)
    if found:
        unit, length = found
        if unit.stream or is_padding(data, length, len(data)):
            content.kind = unit.name
            output = _output(request, unit.name)
            with _caught(unit.name, output):
                unit.run(structs.replace(artefact, kind=unit.name), output)
            with _caught(unit.name, output):
                _trailing(data, output)
            with _caught(unit.name, output):
                output.close()
            if length > len(data) and not any(item.kind is ProblemKind.TRUNCATED for item in output.problems):
                output.failure(Truncated(f"{length:,} bytes are declared, {len(data):,} are there"))
            _keep(output, content)
            if unit.partial:
                return _partly_unpacked(artefact, units, content)
            if content.unpacked:
                return structs.replace(artefact, kind=content.kind)
            if unit.stream:
                # Its magic is short and stood there by chance: these bytes are something else.
                content.kind, found = "", None
    kind = content.kind or (DATA if found else identify_leaf(data))
    carved = kind in searched() and len(data) >= SMALLEST_CARVED
    hits = units.patterns.search(data) if carved or units.analyzers else {}
    artefact = structs.replace(artefact, kind=kind, hits=hits)
    content.kind = kind
    if carved:
        output = _output(request, "carving")
        with _caught("carving", output):
            carve(artefact, found, units.carvable, output)
        with _caught("carving", output):
            output.close()
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
    hits = units.patterns.search(artefact.data) if units.analyzers else {}
    return structs.replace(artefact, kind=content.kind, hits=hits)


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
        output.part(f"0x{end:08x}.data", data, end, len(data) - end)


def _analyse(artefact: Artefact, units: Units, chosen: Sequence[Analyzer], content: Content, deadline: float) -> None:
    """Run those of the chosen analyzers that want the artefact."""
    if not artefact.hits and content.kind == "":
        content.kind = identify_leaf(artefact.data)
        hits = units.patterns.search(artefact.data) if chosen else {}
        artefact = structs.replace(artefact, kind=content.kind, hits=hits)
    names = {unit.name for unit in chosen}
    for unit in units.asked_about(artefact.kind, artefact.hits):
        if unit.name not in names:
            continue
        facts: list[Fact] = []
        try:
            for number, fact in enumerate(unit(artefact) if unit.wants(artefact) else ()):
                _within(number, unit.most_facts, deadline)
                facts.append(fact)
        except Exception as error:  # noqa: BLE001  # the runner's edge: a unit that fails is a Problem
            facts.append(_problem(unit.name, error))
        # Most have nothing to say.
        if facts:
            result = content.units[unit.name] = UnitResult(named=unit.named)
            for fact in facts:
                result.add(fact)


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
        case PermissionError():
            message = f"the sandbox refused what this unit tried: {error.strerror}"
            return Problem(unit=unit, kind=ProblemKind.DENIED, message=message)
        case OSError() if error.errno in pack.FULL:
            message = "it wrote a file that is larger than a unit may write"
            return Problem(unit=unit, kind=ProblemKind.BUDGET, message=message)
        case MemoryError():
            return Problem(unit=unit, kind=ProblemKind.BUDGET, message="more memory was needed than a unit may have")
        case _:
            log.warning("unit %s failed", unit, exc_info=error)
            return Problem(unit=unit, kind=ProblemKind.CRASH, message=f"{type(error).__name__}: {str(error)[:200]}")


def _output(request: Request, unit: str) -> Output:
    folder = Path(request.folder)
    (folder / pack.NAME).unlink(missing_ok=True)
    limits = structs.replace(request.limits, seconds=request.seconds * 0.8)
    return Output(folder, unit=unit, source_size=request.size, limits=limits, hold=True)


def _keep(output: Output, content: Content) -> None:
    """Take over what came out."""
    content.problems.extend(output.problems)
    content.metadata.update(output.metadata)
    content.children = [Child(entry) for entry in output.entries]
    content.held = output.held
    content.unpacked = any(entry.stored >= 0 for entry in output.entries)


@contextmanager
def mapped(descriptor: int, at: int, size: int) -> Iterator[bytes | mmap]:
    """`size` bytes from `at` of an open file: a copy of few, a read-only mapping of many."""
    if size < pack.MAPPED:
        yield os.pread(descriptor, size, at)
        return
    mapping = mmap(descriptor, size, access=ACCESS_READ, offset=at)
    try:
        yield mapping
    finally:
        # Views that a unit still holds keep the mapping alive until they are collected.
        try:
            mapping.close()
        except BufferError:
            log.debug("a view of an artefact outlives its unit")
