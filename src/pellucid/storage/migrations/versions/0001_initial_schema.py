"""initial schema"""

import sqlalchemy as sa
from alembic import op

# ruff: noqa: PLR0915 (as long as the schema is large)
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision none to 0001."""
    op.create_table(
        "content_result",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_content_result")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_kind_subject_id"), ["kind", "subject_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_job_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state_priority_id"), ["state", "priority", "id"], unique=False)

    op.create_table(
        "org",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("org_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_user_org_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("user_id", name=op.f("uq_user_user_id")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_org_id"), ["org_id"], unique=False)

    op.create_table(
        "api_client",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("secret_hash", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_client_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_api_client_client_id")),
    )
    with op.batch_alter_table("api_client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_client_user_id"), ["user_id"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("org_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_product_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_product_org_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_org_id"), ["org_id"], unique=False)
        batch_op.create_index(
            "uq_product_active_name",
            ["org_id", "name"],
            unique=True,
            sqlite_where=sa.text("is_archived = false"),
            postgresql_where=sa.text("is_archived = false"),
        )

    op.create_table(
        "role_binding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("role_id", sa.String(length=26), nullable=False),
        sa.Column("resource_name", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_role_binding_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_binding")),
        sa.UniqueConstraint(
            "user_id", "role_id", "resource_name", name=op.f("uq_role_binding_user_id_role_id_resource_name")
        ),
    )
    with op.batch_alter_table("role_binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_binding_resource_name"), ["resource_name"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("class", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_kev", sa.Boolean(), nullable=False),
        sa.Column("cvss_score", sa.Double(), nullable=True),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_finding_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_product_id_key"), ["product_id", "key"], unique=True)

    op.create_table(
        "image",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_image_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_image_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("product_id", "name", "version", name=op.f("uq_image_product_id_name_version")),
    )
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_author_id"), ["author_id"], unique=False)

    op.create_table(
        "temp_file",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_temp_file_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_temp_file_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temp_file")),
    )
    with op.batch_alter_table("temp_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_temp_file_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_temp_file_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_temp_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("org_id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_webhook_org_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_webhook_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_org_id_id"), ["org_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webhook_product_id"), ["product_id"], unique=False)

    op.create_table(
        "escalation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_escalation_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_escalation_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_escalation_finding_id_kind_after"), ["finding_id", "kind", "after"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_escalation_product_id"), ["product_id"], unique=False)

    op.create_table(
        "file",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("image_id", sa.String(length=26), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_attachment", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_file_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_file_image_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_image_id"), ["image_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("webhook_id", sa.String(length=26), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.String(length=26), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webhook_delivery_state_next_attempt"), ["state", "next_attempt"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_webhook_delivery_webhook_id_id"), ["webhook_id", "id"], unique=False)

    op.create_table(
        "scan",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("image_id", sa.String(length=26), nullable=False),
        sa.Column("file_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("finish_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("advisory_digest", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_scan_author_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_scan_file_id")),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_scan_image_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_scan_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_image_id_id"), ["image_id", "id"], unique=False)

    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("delivery_id", sa.String(length=26), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhook_delivery.id"], name=op.f("fk_webhook_attempt_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    with op.batch_alter_table("webhook_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_attempt_delivery_id_id"), ["delivery_id", "id"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_occurrence_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_occurrence_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
    )
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occurrence_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_occurrence_scan_id_finding_id"), ["scan_id", "finding_id"], unique=True)

    op.create_table(
        "scan_artefact",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_artefact_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_artefact")),
    )
    with op.batch_alter_table("scan_artefact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_artefact_sha256"), ["sha256"], unique=False)

    op.create_table(
        "scan_component",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("architecture", sa.String(length=32), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("artefact", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_component_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_component")),
    )
    op.create_table(
        "scan_crypto_asset",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("algorithm", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asset", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_scan_crypto_asset_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_crypto_asset")),
    )
    with op.batch_alter_table("scan_crypto_asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_crypto_asset_fingerprint"), ["fingerprint"], unique=False)

    op.create_table(
        "scan_dependency",
        sa.Column("vendor", sa.String(length=255), nullable=False),
        sa.Column("product", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("purl", sa.Text(), nullable=False),
        sa.Column("cpe", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("linkage", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("ecosystem", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("source_version", sa.String(length=255), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_dependency_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_dependency")),
    )
    with op.batch_alter_table("scan_dependency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_dependency_product_version"), ["product", "version"], unique=False)

    op.create_table(
        "scan_observation",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_observation_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_observation")),
    )
    op.create_table(
        "scan_problem",
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("artefact", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_problem_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "scan_id", name=op.f("pk_scan_problem")),
    )
    op.create_table(
        "scan_progress",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_progress_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scan_progress")),
    )
    op.create_table(
        "scan_state",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_scan_state_author_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_state_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_state")),
    )
    with op.batch_alter_table("scan_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_state_scan_id_type"), ["scan_id", "type"], unique=True)


def downgrade() -> None:
    """From revision 0001 to none."""
    with op.batch_alter_table("scan_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_state_scan_id_type"))

    op.drop_table("scan_state")
    op.drop_table("scan_progress")
    op.drop_table("scan_problem")
    op.drop_table("scan_observation")
    with op.batch_alter_table("scan_dependency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_dependency_product_version"))

    op.drop_table("scan_dependency")
    with op.batch_alter_table("scan_crypto_asset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_crypto_asset_fingerprint"))

    op.drop_table("scan_crypto_asset")
    op.drop_table("scan_component")
    with op.batch_alter_table("scan_artefact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_artefact_sha256"))

    op.drop_table("scan_artefact")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_occurrence_scan_id_finding_id"))
        batch_op.drop_index(batch_op.f("ix_occurrence_finding_id"))

    op.drop_table("occurrence")
    with op.batch_alter_table("webhook_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_attempt_delivery_id_id"))

    op.drop_table("webhook_attempt")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_image_id_id"))
        batch_op.drop_index(batch_op.f("ix_scan_file_id"))

    op.drop_table("scan")
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_delivery_webhook_id_id"))
        batch_op.drop_index(batch_op.f("ix_webhook_delivery_state_next_attempt"))

    op.drop_table("webhook_delivery")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_file_image_id"))
        batch_op.drop_index(batch_op.f("ix_file_author_id"))

    op.drop_table("file")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_product_id"))
        batch_op.drop_index(batch_op.f("ix_escalation_finding_id_kind_after"))

    op.drop_table("escalation")
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_product_id"))
        batch_op.drop_index(batch_op.f("ix_webhook_org_id_id"))

    op.drop_table("webhook")
    with op.batch_alter_table("temp_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_temp_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_temp_file_product_id"))
        batch_op.drop_index(batch_op.f("ix_temp_file_author_id"))

    op.drop_table("temp_file")
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_image_author_id"))

    op.drop_table("image")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_product_id_key"))

    op.drop_table("finding")
    with op.batch_alter_table("role_binding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_binding_resource_name"))

    op.drop_table("role_binding")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_product_active_name",
            sqlite_where=sa.text("is_archived = false"),
            postgresql_where=sa.text("is_archived = false"),
        )
        batch_op.drop_index(batch_op.f("ix_product_org_id"))
        batch_op.drop_index(batch_op.f("ix_product_author_id"))

    op.drop_table("product")
    with op.batch_alter_table("api_client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_client_user_id"))

    op.drop_table("api_client")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_org_id"))

    op.drop_table("user")
    op.drop_table("org")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state_priority_id"))
        batch_op.drop_index(batch_op.f("ix_job_owner"))
        batch_op.drop_index(batch_op.f("ix_job_kind_subject_id"))

    op.drop_table("job")
    op.drop_table("content_result")
