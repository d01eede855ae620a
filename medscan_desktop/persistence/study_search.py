"""The text index of the studies: FTS5 here; the server brings its own index behind the same two functions."""

from sqlalchemy import ColumnElement, Connection, Integer, column, text

from medscan_desktop.domain.study import Study
from medscan_desktop.persistence.tables import studies

ADD = text(
    "INSERT INTO study_search(rowid, patient_name, patient_id, study_description, accession_number) "
    "VALUES (:number, :patient_name, :patient_id, :study_description, :accession_number)"
)
_COUNT = text("SELECT count(*) FROM study_search WHERE study_search MATCH :query")
_DROP = text("DELETE FROM study_search WHERE rowid = :number")


def add_to_search(connection: Connection, number: int, study: Study) -> None:
    """Index a new study under its row's number."""
    connection.execute(ADD, search_columns(number, study))


def drop_from_search(connection: Connection, number: int) -> None:
    """Take a study out of the index."""
    connection.execute(_DROP, {"number": number})


def search_columns(number: int, study: Study) -> dict[str, object]:
    """What `ADD` binds for a study."""
    return {
        "number": number,
        "patient_name": _name_words(study.patient.patient_name),
        "patient_id": study.patient.patient_id,
        "study_description": study.study_description,
        "accession_number": study.accession_number,
    }


def matching(words: str, number: ColumnElement[int] = studies.c.number) -> ColumnElement[bool] | None:
    """The condition that each word typed begins a word of the study, accents and case aside; None where none was typed.

    `number` is what the index's row numbers are compared with.

    Every word is quoted, so nothing typed is taken for the index's query language.
    """
    query = _query(words)
    if query is None:
        return None
    found = text("SELECT rowid FROM study_search WHERE study_search MATCH :query").bindparams(query=query)
    return number.in_(found.columns(column("rowid", Integer)))


def hit_count(connection: Connection, words: str) -> int:
    """How many studies match: of the index alone, which reads no study."""
    return int(connection.execute(_COUNT, {"query": _query(words)}).scalar_one())


def _query(words: str) -> str | None:
    typed = [word for word in words.split() if any(letter.isalnum() for letter in word)]
    return " AND ".join('"' + word.replace('"', " ") + '"*' for word in typed) if typed else None


def _name_words(patient_name: str) -> str:
    """All component groups; ideographic names besides without their `^`, since people type 山田太郎 in one piece."""
    groups = patient_name.split("=")
    joined = [group.replace("^", "") for group in groups[1:] if "^" in group]
    return " ".join([*groups, *joined])
