"""Cryptography: where keys and certificates lie, which findings are about them, algorithms and protocols in use"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

PIECE = 5_000
ARTEFACT = sa.table("scan_artefact", *map(sa.column, ("scan_id", "number", "path", "sha256")))
ASSET = sa.table(
    "scan_crypto_asset", *map(sa.column, ("scan_id", "number", "fingerprint")), sa.column("evidence", sa.JSON())
)
PLACE = sa.table("crypto_asset_place", *map(sa.column, ("scan_id", "asset", "place")))
OCCURRENCE = sa.table("occurrence", *map(sa.column, ("scan_id", "finding_id")), sa.column("evidence", sa.JSON()))
BODY = sa.table("finding_body", sa.column("finding_id"), sa.column("details", sa.JSON()))
ABOUT = sa.table("occurrence_crypto_asset", *map(sa.column, ("scan_id", "asset", "finding_id")))

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0006 to 0007."""
    op.create_table(
        "crypto_asset_place",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("asset", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_crypto_asset_place_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scan_id", "asset", "place", name=op.f("pk_crypto_asset_place")),
    )
    op.create_table(
        "occurrence_crypto_asset",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("asset", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_occurrence_crypto_asset_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_occurrence_crypto_asset_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scan_id", "asset", "finding_id", name=op.f("pk_occurrence_crypto_asset")),
    )
    with op.batch_alter_table("occurrence_crypto_asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occurrence_crypto_asset_finding_id"), ["finding_id"], unique=False)
    op.create_table(
        "scan_crypto_use",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.String(length=64), nullable=False),
        sa.Column("protocol", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("primitive", sa.String(length=16), nullable=False),
        sa.Column("sightings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_crypto_use_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_scan_crypto_use")),
    )
    with op.batch_alter_table("scan_crypto_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_crypto_use_algorithm"), ["algorithm"], unique=False)
    for scan_id in op.get_bind().scalars(sa.select(ASSET.c.scan_id).distinct()).all():
        _fill_scan(scan_id)


def _fill_scan(scan_id: str) -> None:
    """What a scan of before has found, as far as it follows from what was kept of it."""
    connection = op.get_bind()
    found = connection.execute(sa.select(ASSET).where(ASSET.c.scan_id == scan_id)).all()
    paths = {seen["artefact"] for row in found for seen in row.evidence}
    numbers: dict[str, int] = {}
    tree = sa.select(ARTEFACT.c.path, ARTEFACT.c.number).where(ARTEFACT.c.scan_id == scan_id, ARTEFACT.c.sha256 != "")
    for path, number in connection.execute(tree.order_by(ARTEFACT.c.number)):
        if path in paths:
            numbers.setdefault(path, number)
    _in_pieces(PLACE, _places(found, numbers))
    _in_pieces(ABOUT, _about(scan_id, found))


def _places(found: Iterable[Any], numbers: Mapping[str, int]) -> Iterator[dict[str, object]]:
    for row in found:
        for place in sorted({numbers[seen["artefact"]] for seen in row.evidence if seen["artefact"] in numbers}):
            yield {"scan_id": row.scan_id, "asset": row.number, "place": place}


def _about(scan_id: str, found: Iterable[Any]) -> Iterator[dict[str, object]]:
    """Findings name the fingerprint, which two halves of a pair share, and where they were seen."""
    query = (
        sa.select(OCCURRENCE.c.finding_id, OCCURRENCE.c.evidence, BODY.c.details)
        .join(BODY, BODY.c.finding_id == OCCURRENCE.c.finding_id)
        .where(OCCURRENCE.c.scan_id == scan_id)
    )
    for finding_id, evidence, details in op.get_bind().execute(query).all():
        named = {value for _, value in details.get("identifiers", ())}
        seen = {_spot(item) for item in evidence}
        for row in found:
            if row.fingerprint in named and seen & {_spot(item) for item in row.evidence}:
                yield {"scan_id": scan_id, "asset": row.number, "finding_id": finding_id}


def _spot(seen: Mapping[str, Any]) -> tuple[Any, ...]:
    return seen.get("artefact"), seen.get("offset")


def _in_pieces(table: Any, values: Iterable[dict[str, object]]) -> None:
    rows = list(values)
    for start in range(0, len(rows), PIECE):
        op.get_bind().execute(sa.insert(table), rows[start : start + PIECE])


def downgrade() -> None:
    """From revision 0007 to 0006."""
    op.drop_table("scan_crypto_use")
    op.drop_table("occurrence_crypto_asset")
    op.drop_table("crypto_asset_place")
