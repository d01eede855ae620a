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
    Column("imported_at", Text, nullable=False, server_default=""),  # UTC, ISO 8601; "" from before schema 0002
    Column("opened_at", Text, nullable=False, server_default=""),  # the last time; "" for never, as far as known
    Column("legal_hold", Text, nullable=False, server_default=""),  # JSON: why, who, when; "" for none
    # What its series and instances add up to, kept by COUNT_TRIGGERS: a list of 1,000 studies reads 1,000 rows.
    Column("modalities", Text, nullable=False, server_default=""),  # joined by ","
    Column("series_count", Integer, nullable=False, server_default="0"),
    Column("instance_count", Integer, nullable=False, server_default="0"),
    Column("absent_count", Integer, nullable=False, server_default="0"),  # instances that are missing or changed
    Column("vault_bytes", Integer, nullable=False, server_default="0"),  # plain size of what deleting it would free
    Index("studies_newest", "study_date", "study_time"),
    Index("studies_of_patient", "patient_id"),
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
    Column("state", Text, nullable=False, server_default="present"),  # or "missing" or "changed", when last looked at
    Column("mtime_ns", Integer),  # of a referenced file, when it was imported
    Column("checked_at", Text, nullable=False, server_default=""),
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


sources = Table(
    "sources",  # what imports have seen: an unchanged file is not opened again
    metadata,
    Column("path", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sop_instance_uid", String(64), nullable=False, index=True),  # "" for what is no instance
    Column("series_instance_uid", String(64), nullable=False),
    Column("checked_at", Text, nullable=False),
)

stack_overrides = Table(
    "stack_overrides",  # how a user wants a series split, in place of the automatic way
    metadata,
    Column("series_instance_uid", ForeignKey("series.series_instance_uid"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
    Column("at", Text, nullable=False),
    Column("user", Text, nullable=False),
)

hostile_files = Table(
    "hostile_files",  # contents that ended or hung a worker process
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
)

conflicts = Table(
    "conflicts",  # the reconcile list
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("sop_instance_uid", String(64), nullable=False),  # "" where whole studies contradict each other
    Column("state", Text, nullable=False, index=True),
    Column("body", Text, nullable=False),  # JSON
    Column("vault_id", String(32), nullable=False),  # the file that is held back; "" for none
    Column("at", Text, nullable=False),
    Column("resolved_at", Text, nullable=False),  # "" while open
    Column("resolved_by", Text, nullable=False),
)

preferences = Table(
    "preferences",  # what users set for the whole library: retention rules, watched folders, budgets
    metadata,
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)

measurements = _revisions("measurements")
findings = _revisions("findings")
key_images = _revisions("key_images")
calibrations = _revisions("calibrations")

desktops = Table(
    "desktops",  # how a user's screen stood, so that it comes back after a crash or a lock
    metadata,
    Column("user", String(36), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("at", Text, nullable=False),
)

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


def _count(name: str, on: str, row: str, sets: str, study: str) -> tuple[str, str]:
    body = f"UPDATE studies SET {sets} WHERE study_instance_uid = {study.format(row=row)};"  # noqa: S608  constants
    return name, f"CREATE TRIGGER {name} {on} BEGIN {body} END"


_OF_SERIES = "{row}.study_instance_uid"
_OF_INSTANCE = "(SELECT study_instance_uid FROM series WHERE series_instance_uid = {row}.series_instance_uid)"
_MODALITIES = (
    "modalities = coalesce((SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series "
    "WHERE study_instance_uid = {row}.study_instance_uid AND modality != '')), '')"
)
_SUMS = (
    "instance_count = instance_count {sign} 1, absent_count = absent_count {sign} ({row}.state != 'present'), "
    "vault_bytes = vault_bytes {sign} CASE {row}.storage WHEN 'vault' THEN {row}.size_bytes ELSE 0 END"
)

# What keeps a study's counts right, whoever adds or removes; the migration that made them has its own copy.
COUNT_TRIGGERS = dict(
    (
        _count(
            "series_added",
            "AFTER INSERT ON series",
            "NEW",
            f"series_count = series_count + 1, {_MODALITIES.format(row='NEW')}",
            _OF_SERIES,
        ),
        _count(
            "series_removed",
            "AFTER DELETE ON series",
            "OLD",
            f"series_count = series_count - 1, {_MODALITIES.format(row='OLD')}",
            _OF_SERIES,
        ),
        _count("instance_added", "AFTER INSERT ON instances", "NEW", _SUMS.format(sign="+", row="NEW"), _OF_INSTANCE),
        _count("instance_removed", "AFTER DELETE ON instances", "OLD", _SUMS.format(sign="-", row="OLD"), _OF_INSTANCE),
        _count(
            "instance_state_changed",
            "AFTER UPDATE OF state ON instances",
            "NEW",
            "absent_count = absent_count + (NEW.state != 'present') - (OLD.state != 'present')",
            _OF_INSTANCE,
        ),
    )
)
