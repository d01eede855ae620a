"""A library of many studies, written straight into the tables: names of many scripts, three series a study."""

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert

from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.persistence.study_search import ADD, search_columns
from medscan_desktop.persistence.tables import instances, series, studies
from tests.support.homes import Library

SERIES, BATCH = 3, 2_000
_FAMILIES = (
    *("Li", "Liu", "Lin", "Lindqvist", "Smith", "García", "Müller", "Nguyễn", "Dvořák", "Kowalski", "Rossi", "Yılmaz"),
    *(
        "Okafor",
        "Haddad",
        "Cohen",
        "Novák",
        "Silva",
        "O'Brien",
        "Ng",
        "Park",
        "Jensen",
        "Horvat",
        "Andersen",
        "Ivanova",
    ),
)
_GIVEN = (
    *("Anna", "Wei", "Jane", "Pat", "Élise", "Tomáš", "Maria", "Omar", "Noa", "Ola", "Chidi", "Minh", "Sofia"),
    *("Jan", "Leila", "Bo", "Ruth", "Ida", "Luca", "Mei"),
)
_CYRILLIC = tuple(
    f"{family}^{given}"
    for family in ("Жуков", "Иванова", "Шевченко", "Петров", "Линник")
    for given in ("Пётр", "Анна", "Ольга")
)
_CJK = (
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Li^Na=李^娜",
    "Suzuki^Hanako=鈴木^花子=すずき^はなこ",
    "Kim^Minjun=金^民俊=김^민준",
    "Wang^Fang=王^芳",
)
_DESCRIPTIONS = ("CT Thorax", "CT Abdomen", "MRT Schädel", "MR Knee", "Röntgen Thorax", "PET-CT whole body", "US Liver")
_MODALITIES = ("CT", "MR", "PT", "US", "MG", "DX")


QUERIES = {  # every kind of question that the window asks
    "nothing typed": "",
    "two letters": "li",
    "one letter": "l",
    "full name": "Smith Jane",
    "id": "MS-012345",
    "ids": "MS",
    "accession": "A0012345",
    "two words": "ct thorax",
    "CJK": "山田太郎",
    "Cyrillic": "жуков",
}


def name_of(number: int) -> str:
    """The name of the patient of study `number`: one in eight in Cyrillic or in three scripts."""
    if number % 16 == 3:
        return _CYRILLIC[number // 16 % len(_CYRILLIC)]
    if number % 16 == 11:
        return _CJK[number // 16 % len(_CJK)]
    family = _FAMILIES[number * 7 % len(_FAMILIES)]
    return f"{family}^{_GIVEN[number * 11 % len(_GIVEN)]}^{chr(65 + number % 26)}"


def fill(library: Library, count: int, images: int = 8) -> None:
    """`count` studies of three series of `images` images each, in a few transactions."""
    chance = random.Random(7)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with library.database.writing() as connection:
            connection.execute(insert(studies), [_study_row(number, chance) for number in numbers])
            connection.execute(insert(series), list(_series_rows(numbers, chance, images)))
            connection.execute(insert(instances), list(_instance_rows(numbers, images)))
            connection.execute(ADD, [_search_row(number) for number in numbers])


def _study(number: int) -> Study:
    patient = Patient(
        f"MS-{number // 2:06}", name_of(number // 2), f"19{number % 90 + 10}0{number % 9 + 1}15", "MF"[number % 2]
    )
    date = f"20{10 + number % 16:02}{number % 12 + 1:02}{number % 28 + 1:02}"
    return Study(
        StudyUid(f"1.2.826.0.1.3680043.8.498.77.{number}"),
        patient,
        date,
        f"{number % 24:02}{number % 60:02}00",
        _DESCRIPTIONS[number % len(_DESCRIPTIONS)],
        f"A{number:07}",
        "St. Example",
    )


def _study_row(number: int, chance: random.Random) -> dict[str, Any]:
    one = _study(number)
    return {
        "number": number + 1,
        "study_instance_uid": one.study_instance_uid,
        "patient_id": one.patient.patient_id,
        "patient_name": one.patient.patient_name,
        "patient_birth_date": one.patient.patient_birth_date,
        "patient_sex": one.patient.patient_sex,
        "study_date": one.study_date,
        "study_time": one.study_time,
        "study_description": one.study_description,
        "accession_number": one.accession_number,
        "institution_name": one.institution_name,
        "imported_at": "2026-05-04T12:00:00+00:00",
    }


def _series_rows(numbers: range, chance: random.Random, images: int) -> Iterator[dict[str, Any]]:
    for number in numbers:
        uid = _study(number).study_instance_uid
        for k in range(1, SERIES + 1):
            yield {
                "series_instance_uid": f"{uid}.{k}",
                "study_instance_uid": uid,
                "modality": chance.choice(_MODALITIES),
                "series_number": k,
                "series_description": f"series {k}",
                "body_part_examined": "",
            }


def _instance_rows(numbers: range, images: int) -> Iterator[dict[str, Any]]:
    for number in numbers:
        uid = _study(number).study_instance_uid
        for k in range(1, SERIES + 1):
            for image in range(1, images + 1):
                yield {
                    "sop_instance_uid": f"{uid}.{k}.{image}",
                    "series_instance_uid": f"{uid}.{k}",
                    "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
                    "transfer_syntax_uid": "1.2.840.10008.1.2.1",
                    "instance_number": image,
                    "frames": 1,
                    "size_bytes": 526_000,
                    "sha256": f"{number:064}",
                    "storage": "vault",
                    "location": "0" * 32,
                    "header": "{}",
                }


def _search_row(number: int) -> dict[str, Any]:
    return search_columns(number + 1, _study(number))
