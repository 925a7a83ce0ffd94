"""Places: what lies where in an image, as its containers list it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pellucid.domain.entry import Entry

SEPARATOR = "!"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScannedArtefact:
    """An artefact of the image: its path inside it ("" or the filename for the image itself), content and format.

    `metadata` are header fields of a container; artefacts of the same content share them.
    """

    path: str
    sha256: str
    size: int
    kind: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScannedPlace:
    """One place in the tree: what a container lists, with bytes or without.

    `parent` is the number of the container, counted in tree order from 0, and -1 for the image itself, which has no
    `entry`. Links, directories and devices have no `artefact`; places of equal content share their entries.
    """

    parent: int
    entry: Entry | None = None
    artefact: ScannedArtefact | None = None


def path_of(place: ScannedPlace, places: Sequence[ScannedPlace]) -> str:
    """Where a place of the tree `places` lies: containers and the name in the last one, joined by "!"."""
    if place.artefact or place.entry is None:
        return place.artefact.path if place.artefact else ""
    container = places[place.parent].artefact
    return f"{container.path if container else ''}{SEPARATOR}{place.entry.name}"
