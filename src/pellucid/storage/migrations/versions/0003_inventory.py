"""inventory: dependencies with ids and places, components with what they load, links"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from pellucid.domain.ids import new_ids

PIECE = 5_000
# Their keys began with the number, so that no index led to the rows of a scan.
OF_SCANS = (
    "scan_artefact",
    "scan_component",
    "scan_crypto_asset",
    "scan_dependency",
    "scan_observation",
    "scan_problem",
)

ARTEFACT = sa.table("scan_artefact", *map(sa.column, ("scan_id", "number", "path", "sha256", "component")))
DEPENDENCY = sa.table(
    "scan_dependency",
    *map(sa.column, ("scan_id", "number", "id", "vendor", "product", "version", "purl", "witness")),
    sa.column("evidence", sa.JSON()),
)
DEPENDENCY_PLACE = sa.table("dependency_place", *map(sa.column, ("scan_id", "dependency", "place")))
OCCURRENCE = sa.table("occurrence", *map(sa.column, ("scan_id", "finding_id")))
FINDING = sa.table(
    "finding", sa.column("id"), sa.column("details", sa.JSON()), sa.column("has_known_fix", sa.Boolean())
)
ABOUT = sa.table("occurrence_dependency", *map(sa.column, ("scan_id", "dependency", "finding_id")))

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0002 to 0003."""
    _create_tables()
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_known_fix", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("scan_component", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.add_column(_filled("reachability", sa.String(length=16), "unknown"))
        batch_op.add_column(_filled("interpreter", sa.Text()))
        batch_op.add_column(_filled("offset", sa.BigInteger(), "0"))
        batch_op.add_column(_filled("length", sa.BigInteger(), "0"))
        batch_op.add_column(_filled("seen", sa.Text()))
        for name in ("needed", "rpath", "runpath", "calls"):
            batch_op.add_column(_filled(name, sa.JSON(), "[]"))
    with op.batch_alter_table("scan_dependency", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id", sa.String(length=26), nullable=True))
        batch_op.add_column(_filled("witness", sa.String(length=16), "package"))
        batch_op.add_column(_filled("version_range", sa.Text()))
        batch_op.add_column(_filled("epoch", sa.String(length=64)))
        batch_op.add_column(_filled("release", sa.String(length=255)))
        batch_op.add_column(_filled("distro", sa.String(length=64)))
        batch_op.add_column(_filled("name_version", sa.Text()))
        for name in ("cpe_candidates", "requires", "aliases"):
            batch_op.add_column(_filled(name, sa.JSON(), "[]"))
    for table in OF_SCANS:
        _key(table, "scan_id", "number")
    _fill()
    with op.batch_alter_table("scan_dependency", schema=None) as batch_op:
        batch_op.alter_column("id", existing_type=sa.String(length=26), nullable=False)
        batch_op.create_index(batch_op.f("ix_scan_dependency_id"), ["id"], unique=True)


def _create_tables() -> None:
    op.create_table(
        "dependency_place",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("dependency", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_dependency_place_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "dependency", "place", name=op.f("pk_dependency_place")),
    )
    op.create_table(
        "scan_link",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_link_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_scan_link")),
    )
    op.create_table(
        "occurrence_dependency",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("dependency", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_occurrence_dependency_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_occurrence_dependency_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scan_id", "dependency", "finding_id", name=op.f("pk_occurrence_dependency")),
    )
    with op.batch_alter_table("occurrence_dependency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occurrence_dependency_finding_id"), ["finding_id"], unique=False)


def _filled(name: str, kind: Any, value: str = "") -> sa.Column[Any]:
    """A column that rows of before have this in."""
    return sa.Column(name, kind, nullable=False, server_default=value)


def _key(table: str, *columns: str) -> None:
    name = op.f(f"pk_{table}")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="primary")
        batch_op.create_primary_key(name, list(columns))


def _fill() -> None:
    """What scans of before have found, as far as it follows from what was kept of them."""
    connection = op.get_bind()
    # Software without a package universe was recognised by the version that its code states.
    connection.execute(
        sa.update(DEPENDENCY).where(DEPENDENCY.c.purl.like("pkg:generic/%")).values(witness="versionString")
    )
    fixed = FINDING.c.details["knownFixedVersion"].as_string()
    connection.execute(sa.update(FINDING).where(fixed != "").values(has_known_fix=True))
    for scan_id in connection.scalars(sa.select(ARTEFACT.c.scan_id).distinct()).all():
        _fill_scan(scan_id)


def _fill_scan(scan_id: str) -> None:
    connection = op.get_bind()
    numbers: dict[str, int] = {}
    placed: dict[int, int] = {}
    tree = sa.select(ARTEFACT).where(ARTEFACT.c.scan_id == scan_id).order_by(ARTEFACT.c.number)
    for _, number, path, sha256, component in connection.execute(tree):
        if sha256:
            numbers.setdefault(path, number)
        if component is not None:
            placed.setdefault(component, number)
    places = [{"of": component, "place": number, "scan": scan_id} for component, number in placed.items()]
    _in_pieces(sa.text("UPDATE scan_component SET place = :place WHERE scan_id = :scan AND number = :of"), places)

    found = connection.execute(
        sa.select(DEPENDENCY).where(DEPENDENCY.c.scan_id == scan_id).order_by(DEPENDENCY.c.number)
    ).all()
    ids = [{"id": fresh, "of": row.number, "scan": scan_id} for row, fresh in zip(found, new_ids(), strict=False)]
    _in_pieces(sa.text("UPDATE scan_dependency SET id = :id WHERE scan_id = :scan AND number = :of"), ids)
    _in_pieces(sa.insert(DEPENDENCY_PLACE), _places(scan_id, found, numbers))
    _in_pieces(sa.insert(ABOUT), _about(scan_id, found))


def _places(scan_id: str, found: Iterable[Any], numbers: Mapping[str, int]) -> Iterator[dict[str, object]]:
    for row in found:
        for place in sorted({numbers[item["artefact"]] for item in row.evidence if item["artefact"] in numbers}):
            yield {"scan_id": scan_id, "dependency": row.number, "place": place}


def _about(scan_id: str, found: Iterable[Any]) -> Iterator[dict[str, object]]:
    by_identity = {(row.vendor, row.product, row.version, row.purl): row.number for row in found}
    query = (
        sa.select(OCCURRENCE.c.finding_id, FINDING.c.details)
        .join(FINDING, FINDING.c.id == OCCURRENCE.c.finding_id)
        .where(OCCURRENCE.c.scan_id == scan_id)
    )
    for finding_id, details in op.get_bind().execute(query).all():
        number = by_identity.get(tuple(details.get("dependency", ())))
        if number is not None:
            yield {"scan_id": scan_id, "dependency": number, "finding_id": finding_id}


def _in_pieces(statement: Any, values: Iterable[dict[str, object]]) -> None:
    rows = list(values)
    for start in range(0, len(rows), PIECE):
        op.get_bind().execute(statement, rows[start : start + PIECE])


def downgrade() -> None:
    """From revision 0003 to 0002."""
    with op.batch_alter_table("scan_dependency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_dependency_id"))
        for name in (
            *("aliases", "requires", "cpe_candidates", "name_version", "distro", "release", "epoch"),
            *("version_range", "witness", "id"),
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("scan_component", schema=None) as batch_op:
        for name in (
            *("calls", "runpath", "rpath", "needed", "seen", "length", "offset", "interpreter"),
            *("reachability", "place"),
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("has_known_fix")
    for table in OF_SCANS:
        _key(table, "number", "scan_id")
    op.drop_table("occurrence_dependency")
    op.drop_table("scan_link")
    op.drop_table("dependency_place")
