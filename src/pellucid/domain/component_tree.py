"""The tree of components as it is read: every place of a scan, nested by container."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid.domain.entry import Stated
from pellucid.domain.hardening import Hardening
from pellucid.domain.ids import is_id


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeComponent(Stated):
    """One place: the image itself (`parent` None) or what a container lists.

    `number` counts the places of a scan in tree order; `path` is the one inside the container, whose own place,
    containers joined by "!", is `container_path`. `kind` is that of software where the place was recognised as such,
    else the format of a file, else what the entry is. `size` and `sha256` are None and empty for what has no bytes.
    `header` are facts of the content, as `facts` are of the entry. `hardening` is loaded where one place is asked for.
    """

    scan_id: str
    number: int
    parent: int | None
    name: str
    path: str
    container_path: str
    kind: str
    entry: str
    format: str
    sha256: str
    size: int | None
    architecture: str = ""
    bits: int | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    hardening: tuple[Hardening, ...] = ()

    @property
    def id(self) -> str:
        """Unique over all scans, and the same as long as the scan is there."""
        return f"{self.scan_id}-{self.number}"


def number_in(scan_id: str, component_id: str) -> int | None:
    """The number of a component of this scan by its id; None when it cannot be one."""
    of, _, number = component_id.partition("-")
    plain = number.isascii() and number.isdigit() and len(number) <= 9 and str(int(number)) == number
    return int(number) if plain and is_id(of.upper()) and of.upper() == scan_id else None
