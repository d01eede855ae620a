"""The tables, the same on SQLCipher and later on the server. Triggers and the search index stand in the migrations."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

studies = Table(
    "studies",
    metadata,
    Column("number", Integer, primary_key=True),  # what the search index points at
    Column("study_instance_uid", String(64), nullable=False, unique=True),
    Column("patient_id", Text, nullable=False),
    Column("patient_name", Text, nullable=False),
    Column("patient_birth_date", Text, nullable=False),
    Column("patient_sex", Text, nullable=False),
    Column("study_date", Text, nullable=False),
    Column("study_time", Text, nullable=False),
    Column("study_description", Text, nullable=False),
    Column("accession_number", Text, nullable=False),
    Column("institution_name", Text, nullable=False),
    Index("studies_newest", "study_date", "study_time"),
)

series = Table(
    "series",
    metadata,
    Column("series_instance_uid", String(64), primary_key=True),
    Column("study_instance_uid", ForeignKey("studies.study_instance_uid"), nullable=False, index=True),
    Column("modality", Text, nullable=False),
    Column("series_number", Integer),
    Column("series_description", Text, nullable=False),
    Column("body_part_examined", Text, nullable=False),
)

thumbnails = Table(
    "thumbnails",
    metadata,
    Column("series_instance_uid", ForeignKey("series.series_instance_uid"), primary_key=True),
    Column("png", LargeBinary, nullable=False),
)

instances = Table(
    "instances",
    metadata,
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("series_instance_uid", ForeignKey("series.series_instance_uid"), nullable=False, index=True),
    Column("sop_class_uid", Text, nullable=False),
    Column("transfer_syntax_uid", Text, nullable=False),
    Column("instance_number", Integer),
    Column("frames", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("storage", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("header", Text, nullable=False),  # JSON
)

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
)


def _revisions(name: str) -> Table:
    """Every revision stays: what was recorded before is never obscured (21 CFR 11.10(e))."""
    return Table(
        name,
        metadata,
        Column("id", String(36), primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("is_current", Boolean, nullable=False),
        Column("is_deleted", Boolean, nullable=False),
        Column("study_instance_uid", String(64), nullable=False),
        Column("body", Text, nullable=False),  # JSON
        Index(f"{name}_of_study", "study_instance_uid", "is_current"),
    )


measurements = _revisions("measurements")
findings = _revisions("findings")

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Text, nullable=False),  # as typed at the first time
    Column("login", Text, nullable=False),  # the name folded, so that Ada and ADA are one
    Column("display_name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # JSON, sorted
    Column("password_hash", Text, nullable=False),
    UniqueConstraint("login"),
)

lockouts = Table(
    "lockouts",
    metadata,
    Column("subject", Text, primary_key=True),  # a hash of the login typed, or the workstation
    Column("failures", Integer, nullable=False),
    Column("uptime", Float, nullable=False),  # seconds since the computer started, at the last failure
)

outbox = Table(
    "outbox",
    metadata,
    Column("op_id", String(36), primary_key=True),  # UUIDv7: sorts by time
    Column("entity", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("base_revision", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("at", Text, nullable=False),
)


def _of_body(name: str) -> Column[str]:
    """Computed on reading, so it cannot be edited apart from the body."""
    return Column(name, Text, Computed(f"json_extract(body, '$.{name}')", persisted=False))


audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("body", Text, nullable=False),  # canonical JSON, byte for byte what the MAC is over
    Column("mac", LargeBinary, nullable=False),
    _of_body("action"),
    _of_body("user"),
    _of_body("object_id"),
    _of_body("at"),
    Index("audit_of_object", "object_id"),
    Index("audit_of_user", "user"),
    sqlite_autoincrement=True,  # SQLite then remembers the highest number ever given: a deleted tail shows
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("head", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# What the database must still hold for the log to be append-only; the migration that made them has its own copy.
AUDIT_TRIGGERS = {
    f"{table}_no_{verb.lower()}": f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for table in ("audit", "audit_checkpoints")
    for verb in ("UPDATE", "DELETE")
}
