"""Sightings: where a signature fits an artefact, and what it says there. Bounded, whatever the bytes are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import msgspec

from pellucid.analysis.artefact import SEEN_LIMIT, Artefact
from pellucid.analyzers.signatures import Condition, Constant, Literal, Presence, Signature, Version
from pellucid.domain.evidence import Evidence

MOST_READ = 1 << 17
LONGEST_VERSION = 64
HOST_OR_MASK = re.compile(rb"0\.0\.0\.0|(?:127\.\d+|169\.254|172\.16|192\.168|22[4-9]\.\d+|255\.255)(?:\.\d+){2}")


class Sighting(msgspec.Struct, frozen=True):
    """A place that speaks for a product, by which rule; the version is empty when unknown, a `constant` is no text."""

    rule: Condition
    version: str
    evidence: Evidence
    constant: bool = False


def raw(literal: Literal) -> bytes:
    """The bytes of a literal of a signature."""
    return bytes.fromhex(literal.hex) if isinstance(literal, Constant) else literal.encode()


def triggers(signature: Signature) -> frozenset[bytes]:
    """Literals without any of which no rule of the signature can fit."""
    anchors = (raw(rule.anchor) for rule in signature.version)
    shown = (literal for rule in signature.presence for literal in (rule.all_of[:1] or rule.any_of))
    return frozenset((*anchors, *map(raw, shown)))


def literals(signature: Signature) -> Iterator[bytes]:
    """All that must be searched for the signature."""
    yield from triggers(signature)
    for rule in (*signature.version, *signature.presence):
        yield from map(raw, (*rule.all_of, *rule.any_of, *rule.none_of))
    for since in signature.since:
        yield from map(mark, since.marks)


def mark(text: str) -> bytes:
    """A string or symbol as it stands in a binary."""
    return b"\0" + text.encode() + b"\0"


def stated(artefact: Artefact, signature: Signature) -> list[Sighting]:
    """Where the bytes state the version. At each place the first rule that fits is believed."""
    found: list[Sighting] = []
    taken: set[tuple[bytes, int]] = set()
    for rule in signature.version:
        if not _applies(artefact, rule) or (rule.any_of and not _present(artefact, rule.any_of)):
            continue
        anchor = raw(rule.anchor)
        most = MOST_READ // (rule.before + rule.after)
        places = [at for at in artefact.offsets(anchor)[:most] if (anchor, at) not in taken]
        sightings = _nearby(artefact, rule, places) if rule.near else _covering(artefact, rule, places)
        for at, sighting in sightings:
            taken.add((anchor, at))
            found.append(sighting)
    return found


def present(artefact: Artefact, signature: Signature) -> list[Sighting]:
    """Where something stands that only the product has."""
    for rule in signature.presence:
        marks = [literal for literal in rule.any_of if artefact.offsets(raw(literal))]
        if _applies(artefact, rule) and len(marks) >= (rule.at_least if rule.any_of else 0):
            return [_seen(artefact, rule, literal) for literal in (*marks, *rule.all_of)]
    return []


def _seen(artefact: Artefact, rule: Presence, literal: Literal) -> Sighting:
    seen = artefact.evidence(artefact.offsets(raw(literal))[0], raw(literal))
    if isinstance(literal, Constant):
        return Sighting(rule, rule.version, replace(seen, seen=literal.hex[:SEEN_LIMIT]), constant=True)
    return Sighting(rule, rule.version, seen)


def _applies(artefact: Artefact, rule: Condition) -> bool:
    if artefact.kind not in rule.kinds or _present(artefact, rule.none_of):
        return False
    return len(_present(artefact, rule.all_of)) == len(rule.all_of)


def _present(artefact: Artefact, wanted: Iterable[Literal]) -> list[bytes]:
    return [literal for literal in map(raw, wanted) if artefact.offsets(literal)]


def _covering(artefact: Artefact, rule: Version, places: Iterable[int]) -> Iterator[tuple[int, Sighting]]:
    """Matches that cover the anchor."""
    pattern = _compiled(rule.pattern)
    for at in places:
        start = max(at - rule.before, 0)
        window = artefact.window(start, at - start + rule.after)
        # Without bytes before the anchor there is one place to match at, not one for each byte of the window.
        matches = pattern.finditer(window) if at > start else filter(None, [pattern.match(window)])
        for found in matches:
            if found.start() > at - start:
                break
            if found.end() > at - start and (version := _version(found)):
                group = "version" if isinstance(rule.anchor, Constant) else 0
                text = found[group].lstrip(b"\0")
                seen = artefact.evidence(start + found.end(group) - len(text), text.rstrip(b"\0"))
                yield at, Sighting(rule, version, seen)
                break


def _nearby(artefact: Artefact, rule: Version, places: Iterable[int]) -> Iterator[tuple[int, Sighting]]:
    """The nearest match of each anchor; only of the version that most anchors are near to, if there is one such."""
    pattern, size = _compiled(rule.pattern), len(raw(rule.anchor))
    sightings = []
    for at in places:
        start = max(at - rule.before, 0)
        window = artefact.window(start, at - start + rule.after)
        nearest: dict[int, set[str]] = {}
        evidence: dict[str, Evidence] = {}
        for found in pattern.finditer(window):
            first, last = found.span("version")
            if version := _version(found):
                distance = max(start + first - at - size, at - start - last, 0)
                nearest.setdefault(distance, set()).add(version)
                evidence.setdefault(version, artefact.evidence(start + first, found["version"]))
        best = nearest[min(nearest)] if nearest else set()
        if len(best) == 1:
            version = best.pop()
            sightings.append((at, Sighting(rule, version, evidence[version])))
    ranked = Counter(sighting.version for _, sighting in sightings).most_common(2)
    if len(ranked) == 1 or (ranked and ranked[0][1] > ranked[1][1]):
        yield from (item for item in sightings if item[1].version == ranked[0][0])


def _version(found: re.Match[bytes]) -> str:
    """What the group `version` holds, if that can be one."""
    text: bytes = found["version"] or b""
    possible = len(text) <= LONGEST_VERSION and text.isascii() and not HOST_OR_MASK.fullmatch(text)
    return text.decode("ascii") if possible else ""


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())
