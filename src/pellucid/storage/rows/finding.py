"""Findings of a product, where scans saw them, what was decided about them, and what became worse."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.inventory import OfScan


class FindingRow(Row):
    """A judgement; it belongs to the product and outlives scans. What is only shown lies in `finding_body`.

    It says what the newest judgement said. `is_present`: the newest finished scan of some image has it; `day` is that
    of `create_time` in UTC; `severity_rank` and `predicates` (a bit for each word, the first word the lowest) repeat
    for queries what the words say. `dependency_…` are those of the dependency that stands for all that it is about.
    `snapshot_id` is what was known of its vulnerability, `digest` that of its body.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index(None, "product_id", "key", unique=True),
        Index(None, "vulnerability", "product_id"),
        Index(None, "snapshot_id"),
        Index(None, "dependency_product", "product_id"),
        # Grids count, filter and sort with this alone, which is half as large as the table; the worst come first in it.
        Index(
            "ix_finding_present",
            *("severity_rank", "id", "severity", "status", "type", "is_kev", "predicates", "is_reachable"),
            *("has_known_fix", "cvss_score", "epss", "maturity", "risk", "confidence", "create_time", "product_id"),
            *("vulnerability", "dependency_product", "name"),
            sqlite_where=text("is_present = 1"),
            postgresql_where=text("is_present"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    class_: Mapped[str] = mapped_column("class", String(64))
    type: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    is_kev: Mapped[bool]
    has_known_fix: Mapped[bool]
    cvss_score: Mapped[float | None]
    create_time: Mapped[datetime]
    day: Mapped[str] = mapped_column(String(10))
    status_time: Mapped[datetime | None]
    severity_rank: Mapped[int]
    subtype: Mapped[str] = mapped_column(String(32))
    tool: Mapped[str] = mapped_column(String(64))
    vulnerability: Mapped[str] = mapped_column(String(128))
    snapshot_id: Mapped[str | None] = mapped_column(String(26))
    is_ransomware: Mapped[bool]
    predicates: Mapped[int]
    epss: Mapped[float | None]
    epss_model: Mapped[str] = mapped_column(String(32))
    maturity: Mapped[float | None]
    risk: Mapped[float]
    ssvc_decision: Mapped[str] = mapped_column(String(16))
    is_reachable: Mapped[bool]
    is_conditional: Mapped[bool]
    confidence: Mapped[float]
    known_fixed_version: Mapped[str] = mapped_column(String(255))
    dependency_vendor: Mapped[str] = mapped_column(String(255))
    dependency_product: Mapped[str] = mapped_column(String(255))
    dependency_version: Mapped[str] = mapped_column(String(255))
    component_name: Mapped[str] = mapped_column(String(255))
    is_present: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(26))


class FindingBodyRow(Row):
    """What is only shown of a finding, apart from what is filtered and sorted by: that has to be read quickly."""

    __tablename__ = "finding_body"

    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True)
    description: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]]


class FindingStateRow(Row):
    """A decision on a finding. `author_id` null: it was taken from `source`, where it was said at `said_time`.

    `is_proposed`: the source is a document that lay in the image.
    """

    __tablename__ = "finding_state"
    __table_args__ = (Index(None, "finding_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(16))
    create_time: Mapped[datetime]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("user.id"))
    source: Mapped[str] = mapped_column(String(255))
    justification: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    said_time: Mapped[datetime | None]
    is_proposed: Mapped[bool]


class VulnerabilitySnapshotRow(Row):
    """What was known of a vulnerability at some time, once for all findings: the id follows from the body (JSON).

    Nothing refers to it by a foreign key: it goes when nothing needs it any more and nobody has used it for a while.
    """

    __tablename__ = "vulnerability_snapshot"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    body: Mapped[str] = mapped_column(Text)
    use_time: Mapped[datetime]


class OccurrenceRow(Row):
    """A finding in a scan, with every place, what was seen there, and why it is one (`reasons`)."""

    __tablename__ = "occurrence"
    __table_args__ = (Index(None, "scan_id", "finding_id", unique=True),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"))
    severity: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    create_time: Mapped[datetime]
    evidence: Mapped[list[Any]]
    reachability: Mapped[str] = mapped_column(String(32))
    known_fixed_version: Mapped[str] = mapped_column(String(255))
    reasons: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(26))


class OccurrencePlaceRow(Row):
    """A place of an occurrence, by its number in the tree of the scan."""

    __tablename__ = "occurrence_place"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True, index=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class OccurrenceDependencyRow(Row):
    """A dependency that a finding is about, by its number in the scan."""

    __tablename__ = "occurrence_dependency"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    dependency: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True, index=True)


class OccurrenceCryptoAssetRow(Row):
    """A crypto asset that a finding is about, by its number in the scan."""

    __tablename__ = "occurrence_crypto_asset"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    asset: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True, index=True)


class EscalationRow(Row):
    """News that a vulnerability behind an existing finding has become worse; snapshots where there are any."""

    __tablename__ = "escalation"
    __table_args__ = (
        Index(None, "finding_id", "kind", "after", unique=True),
        Index(None, "product_id", "id"),
        Index(None, "before_id"),
        Index(None, "after_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    create_time: Mapped[datetime]
    before_id: Mapped[str | None] = mapped_column(String(26))
    after_id: Mapped[str | None] = mapped_column(String(26))


class SilencedMatchRow(OfScan, Row):
    """A match in a scan that is no finding, and who says so. `dependency` is its number in the scan."""

    __tablename__ = "silenced_match"

    vulnerability: Mapped[str] = mapped_column(String(128))
    dependency: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
