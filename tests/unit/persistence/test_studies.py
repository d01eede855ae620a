"""The library: nothing is overwritten or merged, and people are found however they are written."""

import pytest

from medscan_desktop.domain.conflict import ConflictKind
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.persistence.studies import Added
from tests.support.homes import Library
from tests.support.studies import a_series, a_study, an_instance


def put(library: Library, *studies: object) -> None:
    with library.records("study.import") as records:
        for study in studies:
            series = a_series(study)  # type: ignore[arg-type]
            assert records.studies.put_instance(study, series, an_instance(series)) is Added.ADDED  # type: ignore[arg-type]


def found(library: Library, words: str) -> list[str]:
    with library.records("study.search") as records:
        return [study.study_instance_uid for study in records.studies.search(words)]


def test_an_instance_comes_back_as_it_was_put(library: Library) -> None:
    study = a_study(name="Müller^Anna=李^娜", date="20240102", study_description="CT Abdomen")
    series = a_series(study)
    with library.records("study.import") as records:
        records.studies.put_instance(study, series, an_instance(series, 2))
        records.studies.put_instance(study, series, an_instance(series, 1))

    with library.records("study.open") as records:
        assert records.studies.instances(series.series_instance_uid) == [an_instance(series, 1), an_instance(series, 2)]
        kept = records.studies.get(study.study_instance_uid)
        assert (kept.patient, kept.study_date, kept.study_description) == (study.patient, "20240102", "CT Abdomen")
        assert (kept.modalities, kept.series_count, kept.instance_count) == (("CT",), 1, 2)
        assert records.studies.series_by_uid(series.series_instance_uid).instance_count == 2


def test_counts_and_modalities_are_of_the_whole_study(library: Library) -> None:
    study = a_study()
    with library.records("study.import") as records:
        for number, modality in enumerate(("PT", "CT", "CT"), start=1):
            series = a_series(study, number, modality)
            records.studies.put_instance(study, series, an_instance(series, 1))
            records.studies.put_instance(study, series, an_instance(series, 2))
        kept = records.studies.search()[0]

        assert (kept.modalities, kept.series_count, kept.instance_count) == (("CT", "PT"), 3, 6)
        assert [series.series_number for series in records.studies.series(study.study_instance_uid)] == [1, 2, 3]


def test_the_same_file_again_changes_nothing(library: Library) -> None:
    study = a_study()
    put(library, study)
    with library.records("study.import") as records:
        again = records.studies.put_instance(study, a_series(study), an_instance(a_series(study)))

        assert again is Added.ALREADY_THERE


def test_the_same_uid_with_other_content_is_a_conflict_and_the_first_stays(library: Library) -> None:
    study = a_study()
    series = a_series(study)
    put(library, study)
    with library.records("study.import") as records:
        other = an_instance(series, sha256="ff")

        assert records.studies.put_instance(study, series, other) is Added.CONFLICT
        clash = records.studies.clash(study, series, other)
        assert clash is not None and clash.kind is ConflictKind.CONTENT
        assert records.studies.instances(series.series_instance_uid) == [an_instance(series)]


def test_another_patient_under_the_same_study_uid_is_a_conflict(library: Library) -> None:
    put(library, a_study(name="Doe^Jane"))
    other = a_study(name="Roe^Richard")
    series = a_series(other)
    with library.records("study.import") as records:
        assert records.studies.put_instance(other, series, an_instance(series, 9)) is Added.CONFLICT
        clash = records.studies.clash(other, series, an_instance(series, 9))
        assert clash is not None and clash.kind is ConflictKind.PATIENT
        assert records.studies.search()[0].patient.patient_name == "Doe^Jane"


@pytest.mark.parametrize("spelling", ["DOE^JANE", "Doe^Jane^^^", "Doe^Jane="])
def test_the_same_name_written_otherwise_is_no_conflict(library: Library, spelling: str) -> None:
    put(library, a_study(name="Doe^Jane"))
    other = a_study(name=spelling)
    series = a_series(other)
    with library.records("study.import") as records:
        assert records.studies.put_instance(other, series, an_instance(series, 9)) is Added.ADDED


def test_a_series_uid_in_two_studies_is_a_conflict(library: Library) -> None:
    put(library, a_study("1.2"))
    other = a_study("1.3")
    series = a_series(a_study("1.2"))
    with library.records("study.import") as records:
        assert records.studies.put_instance(other, series, an_instance(series, 9)) is Added.CONFLICT


def test_one_patient_id_with_two_names_stays_two_studies_each_with_its_own(library: Library) -> None:
    put(library, a_study("1.2", name="Doe^Jane", patient_id="P1"), a_study("1.3", name="Roe^Jane", patient_id="P1"))

    with library.records("study.search") as records:
        names = {study.study_instance_uid: study.patient.patient_name for study in records.studies.search("P1")}
    assert names == {"1.2": "Doe^Jane", "1.3": "Roe^Jane"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Li^Wei", "Li"),
        ("Ng^May", "ng"),
        ("Li^Wei", "l"),
        ("Müller^Anna", "muller"),
        ("Muller^Anna", "Müller"),
        ("Dvořák^Élise", "elise dvorak"),
        ("Жуков^Пётр", "жуков"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "やまだ"),
        ("O'Brien^Pat", "O'Brien"),
        ("Doe^Jane", "jane doe"),
        ("Doe^Jane", "DOE^JANE"),
        ("Doe^Jane", "doe, j"),
    ],
)
def test_a_person_is_found_however_the_name_is_typed(library: Library, name: str, words: str) -> None:
    put(library, a_study("1.2", name=name), a_study("1.3", name="Other^Person", patient_id="Q"))

    assert found(library, words) == ["1.2"]


@pytest.mark.parametrize("words", ["MS-0042", "ms", "abdomen", "A77"])
def test_id_description_and_accession_number_are_searched(library: Library, words: str) -> None:
    put(library, a_study("1.2", patient_id="MS-0042", study_description="CT Abdomen", accession_number="A7701"))
    put(library, a_study("1.3"))

    assert found(library, words) == ["1.2"]


@pytest.mark.parametrize("words", ['"', "* OR *", "a AND", "NEAR(", "patient_name:x", "doe NOT jane", "--", "x'1'"])
def test_whatever_is_typed_is_never_a_query_language(library: Library, words: str) -> None:
    put(library, a_study(name="Doe^Jane"))

    assert found(library, words) in ([], ["1.2"])


def test_the_newest_come_first_and_the_limit_keeps_them(library: Library) -> None:
    put(library, a_study("1.2", date="20200101"), a_study("1.3", date="20260101"), a_study("1.4", date="20230101"))

    assert found(library, "") == ["1.3", "1.4", "1.2"]
    with library.records("study.search") as records:
        assert [study.study_instance_uid for study in records.studies.search("", limit=2)] == ["1.3", "1.4"]


def test_what_is_not_there_is_said(library: Library) -> None:
    with library.records("study.search") as records:
        with pytest.raises(NotFound):
            records.studies.get(StudyUid("9"))
        with pytest.raises(NotFound):
            records.studies.series_by_uid(SeriesUid("9"))


def test_a_thumbnail_is_replaced_by_the_next(library: Library) -> None:
    study = a_study()
    put(library, study)
    uid = a_series(study).series_instance_uid
    with library.records("series.thumbnail") as records:
        assert records.studies.thumbnail(uid) is None
        records.studies.put_thumbnail(uid, b"one")
        records.studies.put_thumbnail(uid, b"two")
        assert records.studies.thumbnail(uid) == b"two"


@pytest.mark.parametrize("words", ["%", "(", "^", "🙂"])
def test_what_begins_no_word_finds_nobody(library: Library, words: str) -> None:
    put(library, a_study(name="Li^Wei"))

    assert found(library, words) == []
    assert len(found(library, "  ")) == 1, "nothing typed lists everybody"
