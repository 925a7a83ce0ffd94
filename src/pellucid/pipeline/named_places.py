"""Whether a place is named like a pattern, as analyzers and settings name files."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from pellucid.domain.place import SEPARATOR


def is_named(path: str, patterns: Iterable[str]) -> bool:
    """Whether the end of a path, containers and all, is like one of the patterns, component by component."""
    parts = path.replace(SEPARATOR, "/").split("/")
    for pattern in patterns:
        wanted = pattern.split("/")
        if len(parts) >= len(wanted) and all(map(fnmatchcase, parts[-len(wanted) :], wanted)):
            return True
    return False
