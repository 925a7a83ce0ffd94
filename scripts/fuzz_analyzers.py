"""Analyzers as they are fuzzed: each on the cases that its tests record, and with it the readers that it uses."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pellucid.analysis.analyzer import Analyzer
from pellucid.analysis.artefact import MOST_HITS, Artefact
from pellucid.analyzers import ANALYZERS
from pellucid.formats import identify

CASES = Path(__file__).resolve().parents[1] / "tests" / "analyzers"

Run = Callable[[bytes], None]


def analyzers() -> Iterator[tuple[str, bytes, Run, bytes]]:
    """(name, seed, how it is run, a literal that it looks for) of every analyzer; the seed is a case with facts."""
    for unit in ANALYZERS:
        literal = min(unit.wants.literals, default=b"\n")
        yield f"analyzers.{unit.name}", _seed(unit), _run(unit), literal


def _seed(unit: Analyzer) -> bytes:
    cases = sorted((CASES / unit.stage / unit.name).glob("*/expected.json"))
    found = [case for case in cases if json.loads(case.read_text(encoding="utf-8"))]
    return (found[0].parent / "input").read_bytes()


def _run(unit: Analyzer) -> Run:
    def run(data: bytes) -> None:
        places = {item: [found.start() for found in _finds(item, data)] for item in unit.wants.literals}
        artefact = Artefact(data=data, kind=identify.identify_leaf(data), hits={k: v for k, v in places.items() if v})
        if unit.wants(artefact):
            for fact in islice(unit(artefact), unit.most_facts):
                hash(fact)

    return run


def _finds(literal: bytes, data: bytes) -> Iterator[re.Match[bytes]]:
    return islice(re.finditer(re.escape(literal), data), MOST_HITS)
