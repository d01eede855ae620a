"""What an import has seen, what it holds back, how series are split, what was hostile, and how long studies stay."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNTS = ("series_count", "instance_count", "absent_count", "vault_bytes")
_TRIGGERS = (
    (
        "CREATE TRIGGER series_added AFTER INSERT ON series BEGIN UPDATE studies SET series_count = series_count + "
        "1, modalities = coalesce((SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series WHERE "
        "study_instance_uid = NEW.study_instance_uid AND modality != '')), '') WHERE study_instance_uid = "
        "NEW.study_instance_uid; END"
    ),
    (
        "CREATE TRIGGER series_removed AFTER DELETE ON series BEGIN UPDATE studies SET series_count = series_count "
        "- 1, modalities = coalesce((SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series WHERE"
        " study_instance_uid = OLD.study_instance_uid AND modality != '')), '') WHERE study_instance_uid = "
        "OLD.study_instance_uid; END"
    ),
    (
        "CREATE TRIGGER instance_added AFTER INSERT ON instances BEGIN UPDATE studies SET instance_count = "
        "instance_count + 1, absent_count = absent_count + (NEW.state != 'present'), vault_bytes = vault_bytes + "
        "CASE NEW.storage WHEN 'vault' THEN NEW.size_bytes ELSE 0 END WHERE study_instance_uid = (SELECT "
        "study_instance_uid FROM series WHERE series_instance_uid = NEW.series_instance_uid); END"
    ),
    (
        "CREATE TRIGGER instance_removed AFTER DELETE ON instances BEGIN UPDATE studies SET instance_count = "
        "instance_count - 1, absent_count = absent_count - (OLD.state != 'present'), vault_bytes = vault_bytes - "
        "CASE OLD.storage WHEN 'vault' THEN OLD.size_bytes ELSE 0 END WHERE study_instance_uid = (SELECT "
        "study_instance_uid FROM series WHERE series_instance_uid = OLD.series_instance_uid); END"
    ),
    (
        "CREATE TRIGGER instance_state_changed AFTER UPDATE OF state ON instances BEGIN UPDATE studies SET "
        "absent_count = absent_count + (NEW.state != 'present') - (OLD.state != 'present') WHERE study_instance_uid"
        " = (SELECT study_instance_uid FROM series WHERE series_instance_uid = NEW.series_instance_uid); END"
    ),
)
_COUNT = (
    "UPDATE studies SET modalities = coalesce((SELECT group_concat(modality) FROM "
    "(SELECT DISTINCT modality FROM series WHERE study_instance_uid = studies.study_instance_uid "
    "AND modality != '')), ''), "
    "series_count = (SELECT count(*) FROM series WHERE study_instance_uid = studies.study_instance_uid), "
    "(instance_count, vault_bytes) = "
    "(SELECT count(*), coalesce(sum(CASE storage WHEN 'vault' THEN size_bytes ELSE 0 END), 0) "
    "FROM instances JOIN series USING (series_instance_uid) WHERE study_instance_uid = studies.study_instance_uid)"
)


def upgrade() -> None:
    """Add columns and tables, and count what is there; the audit log is not touched."""
    for name in ("imported_at", "opened_at", "legal_hold"):
        op.add_column("studies", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("studies", sa.Column("modalities", sa.Text(), nullable=False, server_default=""))
    for name in _COUNTS:
        op.add_column("studies", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("studies_of_patient", "studies", ["patient_id"], unique=False)
    op.add_column("instances", sa.Column("state", sa.Text(), nullable=False, server_default="present"))
    op.add_column("instances", sa.Column("mtime_ns", sa.Integer(), nullable=True))
    op.add_column("instances", sa.Column("checked_at", sa.Text(), nullable=False, server_default=""))
    _counts()
    _sources()
    _decisions()
    _conflicts()


def _counts() -> None:
    """Count what earlier versions imported, then let the triggers keep the counts."""
    op.execute(_COUNT)
    for statement in _TRIGGERS:
        op.execute(statement)


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_index("ix_sources_sop_instance_uid", "sources", ["sop_instance_uid"], unique=False)
    op.create_table(
        "hostile_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )


def _decisions() -> None:
    """What users decide for a series or for the library."""
    op.create_table(
        "stack_overrides",
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["series_instance_uid"], ["series.series_instance_uid"]),
        sa.PrimaryKeyConstraint("series_instance_uid"),
    )
    op.create_table(
        "preferences",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _conflicts() -> None:
    op.create_table(
        "conflicts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("vault_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.Text(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conflicts_study_instance_uid", "conflicts", ["study_instance_uid"], unique=False)
    op.create_index("ix_conflicts_state", "conflicts", ["state"], unique=False)
