"""Which study of the patient is hung beside the current one."""

import pytest

from medscan_desktop.domain.dates import interval_text
from medscan_desktop.domain.relevant_prior import Examination, ranked, relevance
from medscan_desktop.domain.study import Series, SeriesUid
from tests.support.studies import a_study


def an_examination(
    uid: str, date: str, modality: str, description: str, part: str = "", series: str = ""
) -> Examination:
    study = a_study(uid, date=date, study_description=description)
    one = Series(SeriesUid(f"{uid}.1"), study.study_instance_uid, modality, 1, series, part)
    return Examination(study, (one,))


CURRENT = an_examination("1.1", "20251102", "CT", "CT CHEST WITH CONTRAST", "CHEST")
CHEST_CT = an_examination("1.2", "20240302", "CT", "Chest CT", "CHEST")
NEWER_ABDOMEN_CT = an_examination("1.3", "20250901", "CT", "CT ABDOMEN", "ABDOMEN")
NEWER_CHEST_FILM = an_examination("1.4", "20251030", "DX", "Thorax p.a.", "CHEST")
OLD_CHEST_CT = an_examination("1.5", "20190101", "CT", "CT Thorax", "")
LATER_CHEST_CT = an_examination("1.6", "20260115", "CT", "CT CHEST WITH CONTRAST", "CHEST")
OTHERS = (NEWER_ABDOMEN_CT, NEWER_CHEST_FILM, OLD_CHEST_CT, CHEST_CT, LATER_CHEST_CT)


def uids(current: Examination, others: tuple[Examination, ...]) -> list[str]:
    return [str(one.study.study_instance_uid) for one, _ in ranked(current, others)]


def test_the_same_modality_of_the_same_region_comes_before_what_is_only_newer() -> None:
    assert uids(CURRENT, OTHERS) == ["1.2", "1.5", "1.4", "1.3", "1.6"]  # the later study last, however alike


def test_of_two_alike_the_nearer_in_time_is_taken() -> None:
    alike = [an_examination(f"2.{n}", f"20{n}0101", "CT", "CT CHEST", "CHEST") for n in (19, 23, 21)]

    assert uids(CURRENT, tuple(alike)) == ["2.23", "2.21", "2.19"]


def test_a_study_is_never_its_own_prior_and_a_later_one_only_where_nothing_is_earlier() -> None:
    assert uids(CURRENT, (CURRENT,)) == []
    assert uids(CURRENT, (LATER_CHEST_CT,)) == ["1.6"]


def test_what_cannot_be_compared_says_why() -> None:
    told = relevance(CURRENT, NEWER_ABDOMEN_CT)

    assert not told.is_comparable
    assert told.reasons == ("same modality (CT)", "other region (abdomen)", "2 months before")
    assert relevance(CURRENT, CHEST_CT).is_comparable
    assert relevance(CURRENT, CHEST_CT).reasons[1:] == ("same region (chest)", "1 year 8 months before")


def test_film_under_its_two_codes_is_one_modality() -> None:
    computed, digital = (
        an_examination(uid, "20250101", code, "CHEST PA") for uid, code in (("3.1", "CR"), ("3.2", "DX"))
    )

    assert relevance(digital, computed).score > 0.95


def test_the_other_side_is_no_comparison() -> None:
    left, other, same = (
        an_examination(f"4.{n}", "20250101", "MR", words, "KNEE")
        for n, words in enumerate(("MR KNEE LEFT", "MR knee right", "Knie links"))
    )

    assert not relevance(left, other).is_comparable
    assert relevance(left, same).score > relevance(left, other).score


@pytest.mark.parametrize(
    ("part", "description", "series", "regions"),
    [
        ("CHESTABDPELVIS", "", "", {"chest", "abdomen", "pelvis"}),
        ("", "CT Thorax/Abdomen", "", {"chest", "abdomen"}),
        ("", "MRT Schädel nativ", "", {"head"}),
        ("", "XR THORACIC SPINE", "", {"spine"}),
        ("FOOT", "", "AXIAL HEAD FIRST", {"foot"}),
        ("", "", "T1 MPRAGE BRAIN", {"head"}),
        ("", "PET whole body", "", {"head", "neck", "chest", "abdomen", "pelvis", "leg"}),
        ("", "Follow-up", "", set()),
    ],
)
def test_regions_are_read_from_body_part_and_words(part: str, description: str, series: str, regions: set[str]) -> None:
    assert an_examination("5.1", "", "CT", description, part, series).regions == regions


@pytest.mark.parametrize(
    ("other", "current", "text"),
    [
        ("20240302", "20251102", "1 year 8 months before"),
        ("20240302", "20250302", "1 year before"),
        ("20240303", "20250302", "11 months before"),
        ("20250228", "20250301", "1 day before"),
        ("20250130", "20250301", "30 days before"),
        ("20250302", "20250302", "same day"),
        ("20250409", "20250302", "38 days after"),
        ("20270302", "20250302", "2 years after"),
        ("", "20250302", ""),
        ("2025", "20250302", ""),
    ],
)
def test_the_time_between_two_studies_reads_as_people_say_it(other: str, current: str, text: str) -> None:
    assert interval_text(other, current) == text
