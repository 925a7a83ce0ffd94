"""Matches of the rules that are shipped: documented malware, back doors, web shells, packers (folder `shipped`)."""

import zlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.rules.engine import ReadyRules
from pellucid.rules.rule_file import RuleFile
from pellucid.rules.yara import YARA

RULESET = "pellucid"


@cache
def _files() -> tuple[RuleFile, ...]:
    return tuple(
        RuleFile(name=item.name, body=item.read_text(encoding="utf-8"))
        for item in sorted(Path(__file__).with_name("shipped").iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yar")
    )


@cache
def _ready() -> ReadyRules:
    shipped = _files()
    return YARA.load(YARA.compile(shipped, ()), shipped, ())


def _state() -> int:
    """Of the rules, and of what matches them."""
    return zlib.crc32("\0".join((version("yara-x"), *(file.body for file in _files()))).encode())


@analyzer(
    name="known_threats",
    version=1,
    stage=Stage.THREATS,
    wants=Selector(lambda artefact: artefact.size > 0),
    most_facts=200,
    data=_state,
)
def known_threats(artefact: Artefact) -> Iterator[Fact]:
    """Report each shipped rule that the artefact matches, with the places of its patterns."""
    yield from _ready().match(artefact, RULESET)
