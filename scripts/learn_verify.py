"""Verification: every signature, by the program's own engine, on every file of the reference."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import learn_packs, learn_versions
from scripts.learn_literals import Literals
from scripts.learn_reference import MACHINE

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import signatures
from pellucid.analyzers.components.product_signatures import recognised
from pellucid.analyzers.signature_table import Table, table_of
from pellucid.domain.dependency import Dependency

PROCESSES = 2
PACKS_AT_ONCE = 40


@dataclass
class Result:
    """What a signature said. A build is (source, release); `unnumbered` ones have no plain upstream version.

    `ranged` are builds whose version was not stated and lies in the range that was given; `outside` does not.
    `elsewhere` are files of other source packages, as source -> (path, version).
    """

    versions: set[str] = field(default_factory=set)
    hits: set[tuple[str, str]] = field(default_factory=set)
    named: set[tuple[str, str]] = field(default_factory=set)
    ranged: set[tuple[str, str]] = field(default_factory=set)
    misses: set[tuple[str, str]] = field(default_factory=set)
    unnumbered: set[tuple[str, str]] = field(default_factory=set)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    outside: dict[tuple[str, str], str] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, str]] = field(default_factory=dict)

    def merge(self, other: "Result") -> None:
        for name in ("versions", "hits", "named", "ranged", "misses", "unnumbered"):
            getattr(self, name).update(getattr(other, name))
        for name in ("wrong", "outside", "elsewhere"):
            getattr(self, name).update(getattr(other, name))


class _Verifier:
    def __init__(self, owners: dict[str, set[str]]) -> None:
        self.table: Table = table_of(signatures.signatures())
        self.literals = Literals(self.table.literals)
        self.products: dict[str, list[str]] = defaultdict(list)
        for product, sources in owners.items():
            for source in sources:
                self.products[source].append(product)

    def pack(self, path: Path, results: dict[str, Result]) -> None:
        pack = learn_packs.read(path)
        build = (pack.source, pack.release)
        seen: dict[str, list[tuple[str, Dependency]]] = defaultdict(list)
        for file in pack.files:
            artefact = Artefact(data=file.data, kind="elf", hits=self.literals.search(file.data))
            for fact in recognised(artefact, self.table):
                if isinstance(fact, Dependency):
                    seen[fact.product].append((file.path, fact))
        own = self.products.get(pack.source, [])
        for product in own if pack.files else ():
            self._own(results[product], build, learn_versions.upstream(pack.version), [f for _, f in seen[product]])
        for product, facts in seen.items():
            if facts and product not in own:
                path_, fact = next(((p, f) for p, f in facts if f.version), facts[0])
                results[product].elsewhere.setdefault(pack.source, (path_, fact.version))

    @staticmethod
    def _own(result: Result, build: tuple[str, str], version: str, facts: Sequence[Dependency]) -> None:
        stated = sorted({fact.version for fact in facts if fact.version})
        if not version:
            result.unnumbered.add(build)
            return
        result.versions.add(version)
        if stated and all(learn_versions.same(version, other) for other in stated):
            result.hits.add(build)
        elif stated:
            result.wrong[build] = f"{version}: {', '.join(stated)}"
        elif facts:
            result.named.add(build)
            ranges = {fact.version_range for fact in facts if fact.version_range}
            if ranges and all(learn_versions.inside(version, text) for text in ranges):
                result.ranged.add(build)
            elif ranges:
                result.outside[build] = f"{version}: {', '.join(sorted(ranges))}"
        elif build[1] != MACHINE:
            result.misses.add(build)


_verifiers: list[_Verifier] = []


def verify(packs: Sequence[Path], owners: dict[str, set[str]]) -> dict[str, Result]:
    """Results by product; `owners` are the source packages of each product."""
    whole: dict[str, Result] = defaultdict(Result)
    batches = [packs[start::count] for count in [max(len(packs) // PACKS_AT_ONCE, 1)] for start in range(count)]
    with ProcessPoolExecutor(PROCESSES, initializer=_start, initargs=(owners,)) as pool:
        for number, part in enumerate(pool.map(_batch, batches)):
            for product, result in part.items():
                whole[product].merge(result)
            if number % 50 == 0:
                print(f"verified {number * PACKS_AT_ONCE} of {len(packs)} packs", flush=True)
    return dict(whole)


def _start(owners: dict[str, set[str]]) -> None:
    _verifiers[:] = [_Verifier(owners)]


def _batch(paths: Iterable[Path]) -> dict[str, Result]:
    results: dict[str, Result] = defaultdict(Result)
    for path in paths:
        _verifiers[0].pack(path, results)
    return dict(results)
