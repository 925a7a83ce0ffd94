"""findings: columns to filter and sort by, decisions, vulnerabilities before and after, silenced matches"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

PIECE = 2_000
RANKS = ("unspecified", "low", "medium", "high", "critical")
# Columns that are new in "finding", with what rows of before have in them.
NEW: Mapping[str, tuple[Any, str]] = {
    "day": (sa.String(length=10), "1970-01-01"),
    "severity_rank": (sa.Integer(), "0"),
    "subtype": (sa.String(length=32), ""),
    "tool": (sa.String(length=64), "pellucid"),
    "vulnerability": (sa.String(length=128), ""),
    "is_ransomware": (sa.Boolean(), "0"),
    "predicates": (sa.Integer(), "0"),
    "epss_model": (sa.String(length=32), ""),
    "risk": (sa.Double(), "0"),
    "ssvc_decision": (sa.String(length=16), ""),
    "is_reachable": (sa.Boolean(), "0"),
    "is_conditional": (sa.Boolean(), "0"),
    "confidence": (sa.Double(), "1"),
    "known_fixed_version": (sa.String(length=255), ""),
    "dependency_vendor": (sa.String(length=255), ""),
    "dependency_product": (sa.String(length=255), ""),
    "dependency_version": (sa.String(length=255), ""),
    "component_name": (sa.String(length=255), ""),
    "is_present": (sa.Boolean(), "0"),
    "digest": (sa.String(length=26), ""),
}
UNKNOWN: Mapping[str, Any] = {
    "status_time": sa.DateTime(timezone=True),
    "snapshot_id": sa.String(length=26),
    "epss": sa.Double(),
    "maturity": sa.Double(),
}
LISTED = (
    *("is_present", "product_id", "severity_rank", "severity", "status", "type", "is_kev", "predicates"),
    *("is_reachable", "has_known_fix", "cvss_score", "epss", "maturity", "risk", "confidence", "create_time", "id"),
)
FINDING = sa.table(
    "finding",
    *map(sa.column, ("id", "severity", "is_kev", "type", "name")),
    sa.column("create_time", sa.DateTime(timezone=True)),
    sa.column("details", sa.JSON()),
    *(sa.column(name, kind) for name, (kind, _) in NEW.items()),
)
BODY = sa.table("finding_body", *map(sa.column, ("finding_id", "description")), sa.column("details", sa.JSON()))
OCCURRENCE = sa.table(
    "occurrence",
    *map(sa.column, ("finding_id", "scan_id", "confidence", "known_fixed_version")),
    sa.column("evidence", sa.JSON()),
)
SCAN = sa.table("scan", *map(sa.column, ("id", "image_id", "state")))

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0003 to 0004."""
    _create_tables()
    with op.batch_alter_table("finding", schema=None) as batch_op:
        for name, (kind, value) in NEW.items():
            filled = sa.false() if isinstance(kind, sa.Boolean) else value
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=filled))
        for name, kind in UNKNOWN.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reachability", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("known_fixed_version", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reasons", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("digest", sa.String(length=26), nullable=False, server_default=""))
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before_id", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("after_id", sa.String(length=26), nullable=True))
        batch_op.drop_index(batch_op.f("ix_escalation_product_id"))
        batch_op.create_index(batch_op.f("ix_escalation_product_id_id"), ["product_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_escalation_before_id"), ["before_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_escalation_after_id"), ["after_id"], unique=False)
    _fill()
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("details")
        batch_op.create_index(
            batch_op.f("ix_finding_vulnerability_product_id"), ["vulnerability", "product_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_finding_snapshot_id"), ["snapshot_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_finding_dependency_product_product_id"), ["dependency_product", "product_id"], unique=False
        )
        batch_op.create_index("ix_finding_listed", [*LISTED], unique=False)


def _create_tables() -> None:
    op.create_table(
        "finding_body",
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_body_finding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_body")),
    )
    op.create_table(
        "finding_state",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("justification", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_finding_state_author_id")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_state_finding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_state")),
    )
    with op.batch_alter_table("finding_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_state_finding_id_id"), ["finding_id", "id"], unique=False)
    op.create_table(
        "vulnerability_snapshot",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("use_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vulnerability_snapshot")),
    )
    op.create_table(
        "silenced_match",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vulnerability", sa.String(length=128), nullable=False),
        sa.Column("dependency", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_silenced_match_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_silenced_match")),
    )


def _fill() -> None:
    """What findings of before say, in the columns that it is now asked for by."""
    connection = op.get_bind()
    ranks = sa.case({word: number for number, word in enumerate(RANKS)}, value=FINDING.c.severity, else_=0)
    seen = sa.select(sa.func.max(OCCURRENCE.c.confidence)).where(OCCURRENCE.c.finding_id == FINDING.c.id)
    newest = sa.select(sa.func.max(SCAN.c.id)).where(SCAN.c.state == "done").group_by(SCAN.c.image_id)
    present = sa.exists().where(OCCURRENCE.c.finding_id == FINDING.c.id, OCCURRENCE.c.scan_id.in_(newest))
    connection.execute(
        sa.update(FINDING).values(
            severity_rank=ranks,
            predicates=sa.case((FINDING.c.is_kev, 1), else_=0),
            confidence=sa.func.coalesce(seen.scalar_subquery(), 1.0),
            is_present=present,
        )
    )
    last = ""
    while True:
        query = sa.select(FINDING.c.id, FINDING.c.create_time, FINDING.c.name, FINDING.c.details)
        rows = connection.execute(query.where(FINDING.c.id > last).order_by(FINDING.c.id).limit(PIECE)).all()
        if not rows:
            break
        last = rows[-1].id
        _fill_rows(rows)
    # Without it, that a fix is known would be news the next time.
    fixed = sa.select(FINDING.c.known_fixed_version).where(FINDING.c.id == OCCURRENCE.c.finding_id).scalar_subquery()
    connection.execute(sa.update(OCCURRENCE).values(known_fixed_version=sa.func.coalesce(fixed, "")))


def _fill_rows(rows: Iterable[Any]) -> None:
    connection = op.get_bind()
    ids = [row.id for row in rows]
    places: dict[str, str] = {}
    query = sa.select(OCCURRENCE.c.finding_id, OCCURRENCE.c.evidence).where(OCCURRENCE.c.finding_id.in_(ids))
    for finding_id, evidence in connection.execute(query.order_by(OCCURRENCE.c.scan_id)):
        if evidence:
            places[finding_id] = str(evidence[0].get("artefact", "")).rpartition("!")[2].rpartition("/")[2][:255]
    values, bodies = [], []
    for row in rows:
        details = dict(row.details)
        vendor, product, version, _ = [*details.get("dependency", ()), "", "", "", ""][:4]
        identifiers = dict(details.get("identifiers", ()))
        values.append(
            {
                "of": row.id,
                "day": str(row.create_time)[:10],
                "vulnerability": identifiers.get("cve", identifiers.get("advisory", ""))[:128],
                "known_fixed_version": details.pop("knownFixedVersion", "")[:255],
                "dependency_vendor": vendor[:255],
                "dependency_product": product[:255],
                "dependency_version": version[:255],
                "component_name": places.get(row.id, ""),
            }
        )
        bodies.append({"finding_id": row.id, "description": details.pop("description", ""), "details": details})
    connection.execute(sa.update(FINDING).where(FINDING.c.id == sa.bindparam("of")), values)
    connection.execute(sa.insert(BODY), bodies)


def downgrade() -> None:
    """From revision 0004 to 0003."""
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_listed")
        batch_op.drop_index(batch_op.f("ix_finding_dependency_product_product_id"))
        batch_op.drop_index(batch_op.f("ix_finding_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_finding_vulnerability_product_id"))
        batch_op.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
    _restore()
    with op.batch_alter_table("finding", schema=None) as batch_op:
        for name in (*UNKNOWN, *NEW):
            batch_op.drop_column(name)
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        for name in ("digest", "reasons", "known_fixed_version", "reachability"):
            batch_op.drop_column(name)
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_after_id"))
        batch_op.drop_index(batch_op.f("ix_escalation_before_id"))
        batch_op.drop_index(batch_op.f("ix_escalation_product_id_id"))
        batch_op.create_index(batch_op.f("ix_escalation_product_id"), ["product_id"], unique=False)
        batch_op.drop_column("after_id")
        batch_op.drop_column("before_id")
    for table in ("silenced_match", "vulnerability_snapshot", "finding_state", "finding_body"):
        op.drop_table(table)


def _restore() -> None:
    connection = op.get_bind()
    joined = sa.join(FINDING, BODY, BODY.c.finding_id == FINDING.c.id)
    columns = (FINDING.c.id, FINDING.c.known_fixed_version, BODY.c.description, BODY.c.details)
    last = ""
    while True:
        query = sa.select(*columns).select_from(joined).where(FINDING.c.id > last).order_by(FINDING.c.id).limit(PIECE)
        rows = connection.execute(query).all()
        if not rows:
            return
        last = rows[-1].id
        values = [
            {
                "of": row.id,
                "details": {
                    **row.details,
                    "description": row.description,
                    "knownFixedVersion": row.known_fixed_version,
                },
            }
            for row in rows
        ]
        connection.execute(sa.update(FINDING).where(FINDING.c.id == sa.bindparam("of")), values)
