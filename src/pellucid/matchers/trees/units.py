"""Units of systemd that something wants: those that are started."""

import re
from collections.abc import Collection, Sequence

from pellucid.domain.place import ScannedPlace

WANTED = re.compile(r"\.(?:wants|requires)/([^/]+)$")

# Those of users are started when somebody logs in, with his rights.
OF_SYSTEM = re.compile(r"(?:^|[/!])systemd/system/")


def wanted_units(places: Sequence[ScannedPlace]) -> set[str]:
    """Names of units that links of an image ask for."""
    names = (place.entry.name for place in places if place.entry)
    return {link[1] for name in names if (link := WANTED.search(name))}


def is_wanted(path: str, wanted: Collection[str]) -> bool:
    """Whether something wants the service at `path`, one of its template, or the socket that starts it."""
    stem, dot, _ = name_of(path).rpartition(".service")
    if not dot or not OF_SYSTEM.search(path):
        return False
    if stem.endswith("@"):
        return any(other.startswith(stem) for other in wanted) or f"{stem[:-1]}.socket" in wanted
    return f"{stem}.service" in wanted or f"{stem}.socket" in wanted


def name_of(path: str) -> str:
    """The name of a file."""
    return re.split(r"[/!]", path)[-1]
