"""What a scan found: artefacts and facts. Rows are written once, with the end of the scan."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from pellucid.storage.rows.declarative import Row


class OfScan:
    """A numbered part of the result of a scan."""

    @declared_attr
    def scan_id(self) -> Mapped[str]:
        # First in the key: what is asked for are the rows of a scan.
        return mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True, sort_order=-2)

    number: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class ScanArtefactRow(OfScan, Row):
    """A place in the tree, numbered depth first. `path` joins containers with "!"; `name` is its last part.

    `parent` is the number of its container, null for the image itself, and `component` that of the unit of software
    that it is. `entry` says what the container lists (null: the image itself); what has no bytes (links, directories)
    has an empty `sha256` and `kind`. `facts` speak of this entry, `meta` of the content.
    """

    __tablename__ = "scan_artefact"
    __table_args__ = (Index(None, "sha256"),)

    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(64))
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parent: Mapped[int | None]
    name: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[str | None] = mapped_column(String(16))
    component: Mapped[int | None]
    mode: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    gid: Mapped[int | None] = mapped_column(BigInteger)
    mtime: Mapped[int | None] = mapped_column(BigInteger)
    target: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ScanComponentRow(OfScan, Row):
    """A unit of software. `place` numbers its artefact in the tree; `offset`, `length`, `seen` are evidence."""

    __tablename__ = "scan_component"

    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(16))
    architecture: Mapped[str] = mapped_column(String(32))
    bits: Mapped[int]
    artefact: Mapped[str] = mapped_column(Text)
    place: Mapped[int | None]
    reachability: Mapped[str] = mapped_column(String(16))
    interpreter: Mapped[str] = mapped_column(Text)
    offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[str] = mapped_column(Text)
    needed: Mapped[list[Any]]
    rpath: Mapped[list[Any]]
    runpath: Mapped[list[Any]]
    calls: Mapped[list[Any]]


class ScanDependencyRow(OfScan, Row):
    """Third-party software in an image. Ids of a scan sort as its numbers do."""

    __tablename__ = "scan_dependency"
    __table_args__ = (Index(None, "product", "version"), Index(None, "id", unique=True))

    id: Mapped[str] = mapped_column(String(26))
    vendor: Mapped[str] = mapped_column(String(255))
    product: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(255))
    purl: Mapped[str] = mapped_column(Text)
    cpe: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    linkage: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    ecosystem: Mapped[str] = mapped_column(String(64))
    source_name: Mapped[str] = mapped_column(String(255))
    source_version: Mapped[str] = mapped_column(String(255))
    witness: Mapped[str] = mapped_column(String(16))
    version_range: Mapped[str] = mapped_column(Text)
    epoch: Mapped[str] = mapped_column(String(64))
    release: Mapped[str] = mapped_column(String(255))
    distro: Mapped[str] = mapped_column(String(64))
    name_version: Mapped[str] = mapped_column(Text)
    cpe_candidates: Mapped[list[Any]]
    requires: Mapped[list[Any]]
    aliases: Mapped[list[Any]]
    evidence: Mapped[list[Any]]


class DependencyPlaceRow(Row):
    """An artefact that is a dependency, contains it or belongs to it: their numbers."""

    __tablename__ = "dependency_place"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    dependency: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)


class ScanLinkRow(OfScan, Row):
    """An artefact that uses another, by their numbers in the tree."""

    __tablename__ = "scan_link"

    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[int]
    target: Mapped[int]


class ScanObservationRow(OfScan, Row):
    """A plain fact about a binary, counted once per content."""

    __tablename__ = "scan_observation"

    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]]


class ScanHardeningRow(OfScan, Row):
    """Verdicts on one thing that is hardened or not; `place` numbers its artefact in the tree.

    `checks` are lists of name, verdict, value and reason.
    """

    __tablename__ = "scan_hardening"
    __table_args__ = (Index(None, "scan_id", "place"),)

    place: Mapped[int]
    subject: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(255))
    checks: Mapped[list[Any]]


class ScanProblemRow(OfScan, Row):
    """An expected failure, shown to the user."""

    __tablename__ = "scan_problem"

    unit: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    artefact: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
