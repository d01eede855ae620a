"""Dates, ages, counts and times as the window writes them."""

import pytest

from medscan_desktop.domain.relevant_prior import Examination, relevance
from medscan_desktop.services.priors import PriorRow
from medscan_desktop.ui.prior_actions import prior_count_text
from medscan_desktop.ui.texts import age_text, count_text, date_text, left_text
from tests.support.studies import a_study


@pytest.mark.parametrize(
    ("born", "then", "wanted"),
    [
        ("19400305", "20040826", "64 y"),
        ("19400827", "20040826", "63 y"),  # the day before the birthday
        ("00000000", "20150929", ""),  # what an anonymiser wrote
        ("", "20150929", ""),
        ("20200101", "20190101", ""),
    ],
)
def test_an_age_is_full_years_at_the_study_or_nothing(born: str, then: str, wanted: str) -> None:
    assert age_text(born, then) == wanted


def test_what_is_no_date_stands_as_it_is() -> None:
    assert date_text("20260131") == "2026-01-31"
    assert date_text("unknown") == "unknown"


def test_counts_are_written_in_singular_and_plural() -> None:
    assert [count_text(1, "image"), count_text(1200, "image"), count_text(2, "study")] == [
        "1 image",
        "1,200 images",
        "2 studies",
    ]


def test_the_time_left_follows_the_pace_so_far_and_is_not_guessed_at_the_start() -> None:
    assert left_text(0.5, 30) == "about 30 s left"
    assert left_text(0.1, 60) == "about 9 min left"
    assert left_text(0.01, 60) == ""
    assert left_text(0.5, 0.2) == ""


def test_a_later_study_is_not_counted_as_a_prior() -> None:
    """Who opens an old examination must not take the newer one for an older."""
    current, *others = (Examination(a_study(f"1.{year}", date=f"{year}0302"), ()) for year in (2020, 2010, 2015, 2024))
    rows = tuple(PriorRow(one.study, relevance(current, one)) for one in others)

    assert prior_count_text(rows[:2]) == "2 priors"
    assert prior_count_text(rows) == "2 priors, 1 later study"
    assert prior_count_text(rows[2:]) == "1 later study"
