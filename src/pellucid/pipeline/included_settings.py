"""The settings of sshd with the files that they include, the first value of which counts (sshd_config(5))."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import checked_settings
from pellucid.domain.evidence import Evidence
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Check, Hardening
from pellucid.pipeline.named_places import is_named

SUBJECT = "sshd"
FILE = re.compile(
    r"(?P<root>(?:.*[!/])?)(?P<folder>etc/(?:ssh|openssh)/)(?:(?P<main>sshd_config)|sshd_config\.d/[^!/]+\.conf)"
)
DEEPEST, MOST_LINES, MOST_INCLUDED = 8, 5000, 100
Changed = dict[tuple[str, str], Hardening | None]


class _Text(msgspec.Struct):
    """Lines of several files as one text, and where each comes from: (place in the text, file, offset)."""

    lines: list[bytes] = msgspec.field(default_factory=list)
    origins: list[tuple[int, str, int]] = msgspec.field(default_factory=list)
    size: int = 0

    def add(self, line: str, path: str = "", offset: int = 0) -> None:
        encoded = line.encode() + b"\n"
        self.origins.append((self.size, path, offset))
        self.lines.append(encoded)
        self.size += len(encoded)

    def origin(self, evidence: Evidence) -> Evidence:
        number = bisect_right(self.origins, evidence.offset, key=lambda item: item[0]) - 1
        _, path, offset = self.origins[number]
        return replace(evidence, offset=offset, artefact=path)


def servers(fragments: Sequence[Fragment]) -> Changed:
    """Verdicts by subject and path: those on the main file with all that it includes, and none on the parts alone."""
    roots: dict[str, dict[str, Fragment]] = {}
    mains = list[tuple[str, str]]()
    for item in fragments:
        path = item.evidence.artefact
        if item.subject == SUBJECT and (found := FILE.fullmatch(path)):
            roots.setdefault(found["root"], {})[path] = item
            if found["main"]:
                mains.append((found["root"], found["folder"]))
    changed: Changed = {}
    for root, folder in mains:
        files, path = roots[root], f"{root}{folder}sshd_config"
        changed |= {(SUBJECT, other): None for other in files if other.endswith(".conf")}
        if any(_word(line) == "include" for _, line in files[path].lines):
            text, reading = _Text(), _Reading(files, root, folder)
            for line, file, offset in islice(reading.lines(files[path], DEEPEST), MOST_LINES):
                text.add(line, file or path, offset)
            changed[SUBJECT, path] = _judged(text, path)
    return changed


class _Reading(msgspec.Struct):
    """Files below one root, in the order in which sshd reads them; a hundred at most are included."""

    files: Mapping[str, Fragment]
    root: str
    folder: str
    left: int = MOST_INCLUDED

    def lines(self, file: Fragment, depth: int) -> Iterator[tuple[str, str, int]]:
        """(text, file, offset); "" for the file of a line that none has."""
        within = "Match all"
        for offset, line in file.lines:
            if _word(line) != "include":
                within = line if _word(line) == "match" else within
                yield line, file.evidence.artefact, offset
                continue
            for path in self._included(line) if depth else ():
                yield from self.lines(self.files[path], depth - 1)
                # What a file matches ends with it.
                yield within, "", 0

    def _included(self, line: str) -> list[str]:
        found = list[str]()
        for pattern in re.sub(r"\s#.*", "", line).replace('"', "").replace("=", " ").split()[1:]:
            if self.left <= 0:
                break
            wanted = pattern.lstrip("/") if pattern.startswith("/") else self.folder + pattern
            there = sorted(path for path in self.files if is_named(path.removeprefix(self.root), (wanted,)))
            # One that includes nothing takes its time as well.
            self.left -= max(len(there), 1)
            found += there[:MOST_INCLUDED]
        return found


def _judged(text: _Text, path: str) -> Hardening | None:
    artefact = Artefact(data=b"".join(text.lines), kind="text")
    fact = next(checked_settings.verdicts(artefact, SUBJECT), None)
    if fact is None:
        return None

    def placed(check: Check) -> Check:
        return replace(check, evidence=text.origin(check.evidence)) if check.evidence else check

    evidence = text.origin(fact.evidence)
    # What is judged is the server: that is its main file.
    if evidence.artefact != path:
        evidence = Evidence(offset=0, seen=evidence.seen, artefact=path)
    return replace(fact, evidence=evidence, checks=tuple(map(placed, fact.checks)))


def _word(line: str) -> str:
    return re.split(r"[\s=]", line, maxsplit=1)[0].lower()
