"""The walk through the folders of a file system: parents first, each folder once, no path without end."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members

LONGEST_PATH = 8192
LARGEST_FOLDER = 256 << 20

P = TypeVar("P", bound=str | bytes)
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Folder(Generic[P, F]):
    """A folder to go into, by its path from the root. Its `place` is equal under each of its paths.

    `node` is what is needed to list it.
    """

    path: P
    place: Hashable
    node: F


def walk(root: Folder[P, F], listing: Callable[[Folder[P, F]], Iterable[Member | Malformed | Folder[P, F]]]) -> Members:
    """Every entry below `root`; `listing` gives those of one folder, and the folders among them once more as Folder.

    When `listing` raises Malformed, that is said of the folder, and the walk goes on with the others.
    """
    waiting, seen = [root], {root.place}
    while waiting:
        folder = waiting.pop()
        below: list[Folder[P, F]] = []
        try:
            for found in listing(folder):
                if isinstance(found, Folder):
                    below.append(found)
                else:
                    yield found
        except Malformed as error:
            yield explained(folder.path, error)
        fresh: list[Folder[P, F]] = []
        for child in below:
            if len(child.path) > LONGEST_PATH:
                yield explained(child.path, Malformed("a path is too long to go further down"))
            elif child.place in seen:
                yield explained(child.path, Malformed("a folder stands in more than one place"))
            else:
                seen.add(child.place)
                fresh.append(child)
        waiting += reversed(fresh)


def explained(path: str | bytes, error: Malformed) -> Malformed:
    """The same failure, with the path that it concerns."""
    short = path[:200]
    shown = short.decode("utf-8", "backslashreplace") if isinstance(short, bytes) else short
    return type(error)(f"{shown or 'the root folder'}: {error.message}")
