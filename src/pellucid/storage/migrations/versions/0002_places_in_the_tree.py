"""places in the tree"""

import json

import sqlalchemy as sa
from alembic import op

PIECE = 5_000

ARTEFACT = sa.table("scan_artefact", *(sa.column(name) for name in ("scan_id", "number", "path", "sha256", "size")))
COMPONENT = sa.table("scan_component", *(sa.column(name) for name in ("scan_id", "number", "artefact")))
OCCURRENCE = sa.table("occurrence", *(sa.column(name) for name in ("scan_id", "finding_id", "evidence")))
PLACE = sa.table("occurrence_place", *(sa.column(name) for name in ("scan_id", "finding_id", "number")))

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0001 to 0002."""
    op.create_table(
        "occurrence_place",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_occurrence_place_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_occurrence_place_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "finding_id", "number", name=op.f("pk_occurrence_place")),
    )
    with op.batch_alter_table("occurrence_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occurrence_place_finding_id"), ["finding_id"], unique=False)

    with op.batch_alter_table("scan_artefact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("entry", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("component", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mode", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("uid", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("gid", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("mtime", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("target", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("facts", sa.JSON(none_as_null=True), nullable=True))

    _fill()


def _fill() -> None:
    """What scans of before have found: only files, so that the tree follows from their paths and their order."""
    for scan_id in op.get_bind().scalars(sa.select(ARTEFACT.c.scan_id).distinct()).all():
        _fill_scan(scan_id)


def _fill_scan(scan_id: str) -> None:
    connection = op.get_bind()
    listed = sa.select(ARTEFACT.c.number, ARTEFACT.c.path).where(ARTEFACT.c.scan_id == scan_id)
    units = connection.execute(
        sa.select(COMPONENT.c.artefact, COMPONENT.c.number).where(COMPONENT.c.scan_id == scan_id)
    )
    components: dict[str, int] = dict(units.tuples().all())
    numbers: dict[str, int] = {}
    values: list[dict[str, object]] = []
    inside: list[tuple[int, str]] = []
    for number, path in connection.execute(listed.order_by(ARTEFACT.c.number)).all():
        while inside and not path.startswith(f"{inside[-1][1]}!"):
            inside.pop()
        parent, container = inside[-1] if inside else (None, "")
        name = path[len(container) + 1 :] if inside else path
        values.append(
            {
                "of": number,
                "parent": parent,
                "name": name.rpartition("/")[2],
                "entry": "file" if inside else None,
                "component": components.get(path),
            }
        )
        inside.append((number, path))
        numbers.setdefault(path, number)
    columns = ("parent", "name", "entry", "component")
    statement = sa.text(
        f"UPDATE scan_artefact SET {', '.join(f'{name} = :{name}' for name in columns)} "  # noqa: S608 (names of ours)
        "WHERE scan_id = :scan AND number = :of"
    )
    for start in range(0, len(values), PIECE):
        connection.execute(statement, [value | {"scan": scan_id} for value in values[start : start + PIECE]])
    _fill_occurrences(scan_id, numbers)


def _fill_occurrences(scan_id: str, numbers: dict[str, int]) -> None:
    connection = op.get_bind()
    query = sa.select(OCCURRENCE.c.finding_id, OCCURRENCE.c.evidence).where(OCCURRENCE.c.scan_id == scan_id)
    rows = []
    for finding_id, stored in connection.execute(query).all():
        evidence = json.loads(stored) if isinstance(stored, str) else stored
        seen = {numbers[item["artefact"]] for item in evidence if item["artefact"] in numbers}
        rows += [{"scan_id": scan_id, "finding_id": finding_id, "number": number} for number in sorted(seen)]
    for start in range(0, len(rows), PIECE):
        connection.execute(sa.insert(PLACE), rows[start : start + PIECE])


def downgrade() -> None:
    """From revision 0002 to 0001."""
    with op.batch_alter_table("scan_artefact", schema=None) as batch_op:
        batch_op.drop_column("facts")
        batch_op.drop_column("target")
        batch_op.drop_column("mtime")
        batch_op.drop_column("gid")
        batch_op.drop_column("uid")
        batch_op.drop_column("mode")
        batch_op.drop_column("component")
        batch_op.drop_column("entry")
        batch_op.drop_column("name")
        batch_op.drop_column("parent")

    with op.batch_alter_table("occurrence_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_occurrence_place_finding_id"))

    op.drop_table("occurrence_place")
