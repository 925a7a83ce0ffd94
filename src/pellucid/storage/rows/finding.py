"""Findings of a product, where scans saw them, and what became worse."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class FindingRow(Row):
    """A judgement; it belongs to the product and outlives scans. `details` holds what is only shown."""

    __tablename__ = "finding"
    __table_args__ = (Index(None, "product_id", "key", unique=True),)

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
    details: Mapped[dict[str, Any]]


class OccurrenceRow(Row):
    """A finding in a scan, with every place and what was seen there."""

    __tablename__ = "occurrence"
    __table_args__ = (Index(None, "scan_id", "finding_id", unique=True),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"))
    severity: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    create_time: Mapped[datetime]
    evidence: Mapped[list[Any]]


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


class EscalationRow(Row):
    """News that a vulnerability behind an existing finding has become worse."""

    __tablename__ = "escalation"
    __table_args__ = (Index(None, "finding_id", "kind", "after", unique=True),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    create_time: Mapped[datetime]
