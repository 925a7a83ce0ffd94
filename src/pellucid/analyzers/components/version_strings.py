"""Third-party products recognised by the strings in which their own code states its version (products.toml)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.evidence import Evidence
from pellucid.errors import Malformed
from pellucid.formats import version_order
from pellucid.formats.purl import package_url

MOST_SIGHTINGS = 2000
MOST_EVIDENCE = 4
BY_STRING, WITHOUT_VERSION = 0.9, 0.6


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to see a product; see products.toml for the fields."""

    product: str
    anchor: bytes
    patterns: tuple[re.Pattern[bytes], ...]
    before: int
    after: int
    kinds: frozenset[str]
    with_any: tuple[bytes, ...]
    linkage: str

    def sightings(self, artefact: Artefact) -> Iterator[tuple[str, Evidence]]:
        """(version, evidence) of each place that fits; the version is empty for a rule without patterns."""
        if artefact.kind not in self.kinds:
            return
        if self.with_any and not any(artefact.offsets(literal) for literal in self.with_any):
            return
        for offset in artefact.offsets(self.anchor)[:MOST_SIGHTINGS]:
            start = max(offset - self.before, 0)
            window = artefact.window(start, offset - start + self.after)
            if not self.patterns:
                yield "", artefact.evidence(offset, self.anchor)
            for pattern in self.patterns:
                found = pattern.search(window)
                if found and found.start() <= offset - start < found.end():
                    text = found[0].lstrip(b"\0")
                    place = start + found.end() - len(text)
                    yield found["version"].decode("ascii"), artefact.evidence(place, text.rstrip(b"\0"))
                    break


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        product=entry["product"],
        anchor=entry["anchor"].encode(),
        patterns=tuple(re.compile(text.encode()) for text in entry.get("patterns", ())),
        before=entry.get("before", 0),
        after=entry.get("after", 200),
        kinds=frozenset(entry.get("kinds", ("elf",))),
        with_any=tuple(text.encode() for text in entry.get("with_any", ())),
        linkage=entry.get("linkage", ""),
    )


_TABLE = tomllib.loads(files("pellucid.analyzers.components").joinpath("products.toml").read_text(encoding="utf-8"))
PRODUCTS: dict[str, dict[str, Any]] = _TABLE["product"]
RULES = tuple(map(_rule, _TABLE["rule"]))
_ANCHORS = frozenset(rule.anchor for rule in RULES)
_LITERALS = _ANCHORS.union(*(rule.with_any for rule in RULES))
_KINDS = frozenset[str]().union(*(rule.kinds for rule in RULES))
_wanted = Selector(lambda artefact: artefact.kind in _KINDS and any(map(artefact.offsets, _ANCHORS)), _LITERALS)


@analyzer(name="version_strings", version=_TABLE["version"], stage=Stage.COMPONENTS, wants=_wanted)
def version_strings(artefact: Artefact) -> Iterator[Fact]:
    """Recognise router software (BusyBox, OpenSSL, the Linux kernel, …) by what it says of itself, with the version.

    Every string is anchored to the product's name and only believed in binaries. Where programs that merely use a
    library carry its banner too, something must stand beside it that only the library's code has. When the product
    is certain but its version is nowhere, the version is left empty.
    """
    versions: dict[str, dict[str, list[Evidence]]] = {}
    linkages: dict[str, str] = {}
    for rule in RULES:
        for version, evidence in rule.sightings(artefact):
            places = versions.setdefault(rule.product, {}).setdefault(version, [])
            if evidence not in places and len(places) < MOST_EVIDENCE:
                places.append(evidence)
            linkages.setdefault(rule.product, rule.linkage)
    for product, sightings in versions.items():
        known = {version: places for version, places in sightings.items() if version}
        for version, places in (known or sightings).items():
            yield _dependency(product, version, places, _linkage(artefact, product, linkages[product]))


def _dependency(name: str, version: str, places: list[Evidence], linkage: Linkage) -> Dependency:
    product = PRODUCTS[name]
    earlier = product.get("licence_before")
    licence = product["licence"]
    if earlier and version and version_order.upstream(version, earlier["version"]) < 0:
        licence = earlier["licence"]
    return Dependency(
        vendor=product["vendor"],
        product=name,
        version=version,
        purl=package_url("generic", name, version),
        cpe=f"cpe:2.3:{product.get('cpe_part', 'a')}:{product['cpe']}:{version or '*'}:*:*:*:*:*:*:*",
        licence=licence,
        linkage=linkage,
        confidence=BY_STRING if version else WITHOUT_VERSION,
        evidence=tuple(places),
    )


def _linkage(artefact: Artefact, product: str, stated: str) -> Linkage:
    """Direct when the file is the product itself, embedded when another file carries a copy of a library."""
    sonames = PRODUCTS[product].get("soname")
    if stated or not sonames:
        return Linkage(stated or "direct")
    try:
        soname = elf_of(artefact).soname if artefact.kind == "elf" else ""
    except Malformed:
        soname = ""
    return Linkage.DIRECT if soname.startswith(tuple(sonames)) else Linkage.EMBEDDED
