"""Bringing a database to the program's schema, in the caller's transaction: killed half-way, the old schema stays."""

from pathlib import Path

from sqlalchemy import Connection, text

from medscan_desktop.domain.errors import MedScanError

SCHEMA = "0003"  # the last revision in migrations/versions
_SCRIPTS = Path(__file__).parent / "migrations"


def schema_of(connection: Connection) -> str | None:
    """The database's revision; None where it is empty or not ours."""
    has_version = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if has_version else None


def migrate(connection: Connection) -> None:
    """Run the missing revisions. Raises MedScanError where the database is of a newer program."""
    from alembic import command, util  # noqa: PLC0415  half a tenth of a second that only a migration needs to pay
    from alembic.config import Config  # noqa: PLC0415  as above

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, SCHEMA)
    except util.CommandError as error:
        raise MedScanError("This library was written by a newer MedScan; update this one to open it.") from error
