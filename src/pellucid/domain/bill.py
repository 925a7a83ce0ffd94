"""Bills: what a bill of materials is made of, whoever keeps it; reports make documents of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.link import Link
from pellucid.domain.place import ScannedArtefact
from pellucid.domain.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from pellucid.domain.scan_result import ScanResult

# Problems that leave no content unread.
HARMLESS = {ProblemKind.UNSAFE_NAME, ProblemKind.NOTHING_RECOGNISED}


class Subject(StrEnum):
    """What the bill is about."""

    FIRMWARE = "firmware"
    CONTAINER = "container"
    OPERATING_SYSTEM = "operating-system"  # the disk of a machine, virtual or to install from
    APPLICATION = "application"  # a single program, library or package
    FILE = "file"


# By the format of the image; others are firmware when something lies in them, else files.
SUBJECTS = {
    "container_image": Subject.CONTAINER,
    **dict.fromkeys(("iso9660", "qcow2", "vdi", "vhd", "vhdx", "vmdk"), Subject.OPERATING_SYSTEM),
    **dict.fromkeys(("elf", "pe", "macho", "java-class", "wasm", "rpm", "ar"), Subject.APPLICATION),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BillComponent:
    """A component with the content of its artefact: lower-case hex and bytes; empty and 0 where that is not known."""

    component: Component
    sha256: str = ""
    size: int = 0

    @property
    def path(self) -> str:
        return self.component.evidence.artefact


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How much of the image was looked at: `artefacts` in all, `unread` of them not or not fully.

    `problems` counts what was not read by unit and kind. A bill without problems is still no proof that nothing else is
    in the image.
    """

    artefacts: int = 0
    unread: int = 0
    problems: Mapping[tuple[str, ProblemKind], int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.problems


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What an image is made of. `created` is when the scan ended, aware UTC; all bills of one scan say the same.

    `product`, `image_version`, `supplier` (of the product) and `author` (the organisation that had the bill made) are
    empty where nobody stated them; `image_name` is then that of the file.
    `file_size` is in bytes, `file_sha256` lower-case hex. Links, places and evidence name paths of artefacts; the image
    itself is the path `file_name`. The order of dependencies, components and links does not matter; of the evidence of
    a dependency the first is what its best witness saw. Cryptography is there, one for each place, where the bill is
    asked to speak of it.
    """

    image_name: str
    file_name: str
    file_size: int
    file_sha256: str
    created: datetime
    tool_version: str
    product: str = ""
    supplier: str = ""
    author: str = ""
    image_version: str = ""
    subject: Subject = Subject.FIRMWARE
    dependencies: tuple[Dependency, ...] = ()
    components: tuple[BillComponent, ...] = ()
    links: tuple[Link, ...] = ()
    crypto_assets: tuple[CryptoAsset, ...] = ()
    crypto_uses: tuple[CryptoUse, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)


class Stock(Protocol):
    """What was found in a file: the result of a scan, or of as much of one as a bill needs."""

    @property
    def artefacts(self) -> Sequence[ScannedArtefact]: ...
    @property
    def components(self) -> Sequence[Component]: ...
    @property
    def dependencies(self) -> tuple[Dependency, ...]: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


def bill_of(result: "ScanResult", *, tool_version: str) -> Bill:
    """The bill of a scan that no product stands behind, such as one of the command line."""
    bill = bill_from(
        result,
        file_name=result.filename,
        file_size=result.size,
        file_sha256=result.sha256,
        created=result.finished,
        tool_version=tool_version,
    )
    return replace(bill, crypto_assets=result.crypto_assets, crypto_uses=result.crypto_uses)


def bill_from(
    stock: Stock, *, file_name: str, file_size: int, file_sha256: str, created: datetime, tool_version: str
) -> Bill:
    """The bill of a file that no product stands behind."""
    artefacts = {artefact.path: artefact for artefact in stock.artefacts}
    root = stock.artefacts[0] if stock.artefacts else None
    return Bill(
        image_name=file_name,
        file_name=file_name,
        file_size=file_size,
        file_sha256=file_sha256,
        created=created,
        tool_version=tool_version,
        subject=subject_of(root.kind if root else "", contains=len(stock.artefacts) > 1),
        dependencies=stock.dependencies,
        components=tuple(_with_content(item, artefacts.get(item.evidence.artefact)) for item in stock.components),
        links=stock.links,
        coverage=coverage_of(stock.problems, len(stock.artefacts)),
    )


def _with_content(component: Component, artefact: ScannedArtefact | None) -> BillComponent:
    if artefact is None:
        return BillComponent(component=component)
    return BillComponent(component=component, sha256=artefact.sha256, size=artefact.size)


def subject_of(kind: str, *, contains: bool) -> Subject:
    """What an image is, by its format and whether anything lies in it."""
    return SUBJECTS.get(kind, Subject.FIRMWARE if contains else Subject.FILE)


def coverage_of(problems: Iterable[Problem], artefacts: int) -> Coverage:
    """A summary of what could not be read in `artefacts` files; what matchers complain of concerns no content."""
    hurt = [item for item in problems if item.kind not in HARMLESS and (item.artefact or item.unit == "pipeline")]
    counted = Counter((item.unit, item.kind) for item in hurt)
    unread = len({item.artefact for item in hurt})
    return Coverage(artefacts=artefacts, unread=unread, problems=dict(sorted(counted.items())))
