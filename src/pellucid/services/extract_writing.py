"""Writing what was unpacked: files of their own below one folder, links and devices only as words.

Nothing here creates a link or follows one, and every name comes from `disk_names`: nothing lies outside the folder.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from pellucid.analysis.output import safe_name
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.place import ScannedPlace
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded
from pellucid.pipeline.scratch import Scratch
from pellucid.services.disk_names import DiskFolder
from pellucid.services.extract_manifest import Written

LONGEST_PATH = 4000  # Linux takes 4,095 bytes
CHECK_BYTES = 16 << 20
REPORT_EVERY = 256


class TreeWriter:
    """Writes the places of one tree to `folder`, which is empty. Raises OSError when the disk fails.

    `most_bytes` and `most_created` (files and folders) bound what is written; `reserve` bytes stay free.
    """

    def __init__(
        self,
        folder: Path,
        scratch: Scratch,
        places: Sequence[ScannedPlace],
        *,
        most_bytes: int,
        most_created: int,
        reserve: int,
    ) -> None:
        self._folder, self._scratch, self._places = folder, scratch, places
        self._most_bytes, self._most_created, self._reserve = most_bytes, most_created, reserve
        self._targets = _hard_links(places)
        self._made: set[str] = set()
        self._inside: dict[int, DiskFolder] = {}
        self._unchecked = CHECK_BYTES
        self.outcomes: list[Written] = []
        self.problems: list[Problem] = []
        self.files = self.bytes = self.folders = self.listed = self.renamed = 0

    def write(self, top: DiskFolder, report: Callable[[int], None]) -> None:
        """Everything, in tree order; what a budget leaves out is listed with a note. `report` may raise to stop."""
        self._inside[0] = top
        containers = {place.parent for place in self._places}
        full = False
        for number, place in enumerate(self._places):
            if number % REPORT_EVERY == 0:
                report(number)
            outcome = Written()
            self.outcomes.append(outcome)
            if place.entry is None:
                continue
            if full:
                outcome.note = "not written: a budget was reached"
                continue
            try:
                self._write(number, place, place.entry, outcome, is_container=number in containers)
            except BudgetExceeded as error:
                full = True
                outcome.path, outcome.note = "", f"not written: {error.message}"
                self.problems.append(Problem(unit="extract", kind=ProblemKind.BUDGET, message=error.message))

    def _write(self, number: int, place: ScannedPlace, entry: Entry, outcome: Written, *, is_container: bool) -> None:
        *folders, name = entry.name.split("/")
        inside = self._inside[place.parent]
        if entry.kind is EntryKind.DIRECTORY:
            for part in (*folders, name):
                inside = self._folder_of(inside, part)
            self._name(outcome, inside.path, entry)
            return
        sha256 = place.artefact.sha256 if place.artefact else self._targets.get(number, "")
        there = bool(sha256) and sha256 in self._scratch
        if not there:
            self._list(entry, outcome)
        if not there and not is_container:
            return
        for part in folders:
            inside = self._folder_of(inside, part)
        if there:
            path = inside.file(name)
            self._file(path, sha256)
            self._name(outcome, path, entry)
            name = path.rpartition("/")[2]
        if is_container:
            self._inside[number] = inside.new_folder(f"{name}.extracted")
            self._make(self._inside[number])

    def _list(self, entry: Entry, outcome: Written) -> None:
        self.listed += 1
        if entry.kind is EntryKind.HARDLINK:
            outcome.note = "not written: nothing in this container has the name that it links to"
        elif entry.kind is EntryKind.FILE:
            outcome.note = "not written: its bytes did not come out"
        else:
            outcome.note = f"not created: {entry.kind}"

    def _name(self, outcome: Written, path: str, entry: Entry) -> None:
        outcome.path = path
        if not f"/{path}".endswith(f"/{entry.name}"):
            self.renamed += 1
            outcome.note = "renamed: another has this name, or no file system takes it"

    def _folder_of(self, inside: DiskFolder, part: str) -> DiskFolder:
        found = inside.folder(part)
        self._make(found)
        return found

    def _make(self, folder: DiskFolder) -> None:
        if folder.path not in self._made:
            self._count()
            (self._folder / folder.path).mkdir()
            self._made.add(folder.path)
            self.folders += 1

    def _count(self) -> None:
        if self.files + self.folders >= self._most_created:
            raise BudgetExceeded(f"more than {self._most_created:,} files and folders: the rest is only listed")

    def _file(self, path: str, sha256: str) -> None:
        self._count()
        self._room(self._scratch.size(sha256))
        self.bytes += self._scratch.copy(sha256, self._folder / path)
        self.files += 1

    def _room(self, size: int) -> None:
        if self.bytes + size > self._most_bytes:
            raise BudgetExceeded(f"more than {self._most_bytes:,} bytes: the rest is only listed")
        self._unchecked += size
        if self._unchecked >= CHECK_BYTES:
            self._unchecked = 0
            if shutil.disk_usage(self._folder).free < self._reserve + size:
                raise BudgetExceeded("the disk is nearly full: the rest is only listed")


def _hard_links(places: Sequence[ScannedPlace]) -> dict[int, str]:
    """The content of each hard link by its number; "" where its target is not in the same container."""
    links = {
        number: place.entry.target
        for number, place in enumerate(places)
        if place.entry and place.entry.kind is EntryKind.HARDLINK
    }
    containers = {places[number].parent for number in links}
    named: dict[int, dict[str, int]] = defaultdict(dict)
    for number, place in enumerate(places):
        if place.entry and place.parent in containers and place.entry.kind in (EntryKind.FILE, EntryKind.HARDLINK):
            named[place.parent].setdefault(place.entry.name, number)
    return {number: _content(number, places, links, named) for number in links}


def _content(
    number: int, places: Sequence[ScannedPlace], links: dict[int, str], named: dict[int, dict[str, int]]
) -> str:
    seen: set[int] = set()
    at: int | None = number
    while at is not None and at in links and at not in seen:
        seen.add(at)
        at = named[places[at].parent].get(safe_name(links[at]))
    artefact = places[at].artefact if at is not None else None
    return artefact.sha256 if artefact else ""
