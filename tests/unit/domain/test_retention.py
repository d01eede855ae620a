"""The rules of retention with known answers: what each says of a study, and what no rule may touch."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from medscan_desktop.domain.retention import GB, RetentionRules, Room, Stored, plan, protection_by_hand
from medscan_desktop.domain.study import LegalHold, StudyUid

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROOM = Room(free=100 * GB, used=0)
OLD = Stored(StudyUid("1"), "20200101", "2026-01-04T12:00:00+00:00", "2026-03-04T12:00:00+00:00", 3 * GB, 300)


def gone(rules: RetentionRules, *studies: Stored, room: Room = ROOM) -> list[str]:
    return [one.stored.study_instance_uid for one in plan(rules, studies, room, NOW).doomed]


@pytest.mark.parametrize(
    ("rules", "goes", "why"),
    [
        (RetentionRules(), False, ""),
        (RetentionRules(study_days=2314), True, "the study of 2020-01-01 is older than 2,314 days"),
        (RetentionRules(study_days=2315), False, ""),
        (RetentionRules(imported_days=119), True, "imported 2026-01-04, more than 119 days ago"),
        (RetentionRules(imported_days=120), False, ""),
        (RetentionRules(unopened_days=60), True, "not opened since 2026-03-04, more than 60 days"),
        (RetentionRules(unopened_days=61), False, ""),
    ],
)
def test_an_age_is_counted_in_whole_days(rules: RetentionRules, goes: bool, why: str) -> None:
    """2020-01-01 to 2026-05-04 are 2,315 days; 120 since the import, 61 since it was opened."""
    planned = plan(rules, [OLD], ROOM, NOW)

    assert [one.reason for one in planned.doomed] == [why] * goes


def test_a_study_never_opened_is_judged_by_its_import() -> None:
    assert gone(RetentionRules(unopened_days=100), replace(OLD, opened_at="")) == ["1"]


@pytest.mark.parametrize("rules", [RetentionRules(study_days=1), RetentionRules(imported_days=1)])
def test_a_date_that_is_not_known_is_never_too_old(rules: RetentionRules) -> None:
    unknown = replace(OLD, study_date="", imported_at="", opened_at="")

    assert gone(rules, unknown, replace(unknown, study_date="2020")) == []
    assert gone(RetentionRules(unopened_days=1), unknown) == []


def opened(number: int, at: str, size: int = 2 * GB) -> Stored:
    return replace(OLD, study_instance_uid=StudyUid(f"9.{number}"), opened_at=at, vault_bytes=size)


LEAST_RECENT = [opened(1, "2026-04-01"), opened(2, "2025-01-01"), opened(3, "2026-02-01"), opened(4, "")]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (RetentionRules(keep_free_gb=10), []),
        (RetentionRules(keep_free_gb=11), ["9.2"]),
        (RetentionRules(keep_free_gb=12), ["9.2"]),
        (RetentionRules(keep_free_gb=12.5), ["9.2", "9.4"]),
        (RetentionRules(most_gb=8), []),
        (RetentionRules(most_gb=5), ["9.2", "9.4"]),
        (RetentionRules(keep_free_gb=11, most_gb=3), ["9.2", "9.4", "9.3"]),
    ],
)
def test_room_is_made_by_those_opened_longest_ago_and_no_more(rules: RetentionRules, expected: list[str]) -> None:
    """10 GB are free and four studies hold 2 GB each; the fourth was never opened, and imported on 2026-01-04."""
    assert gone(rules, *LEAST_RECENT, room=Room(free=10 * GB, used=8 * GB)) == expected


def test_what_goes_by_age_counts_as_room_made() -> None:
    rules = RetentionRules(imported_days=1000, study_days=3000, keep_free_gb=12, unopened_days=400)

    assert gone(rules, *LEAST_RECENT, room=Room(free=10 * GB, used=8 * GB)) == ["9.2"]


def test_referenced_studies_make_no_room() -> None:
    only_known = replace(OLD, vault_bytes=0)

    planned = plan(RetentionRules(keep_free_gb=200), [only_known], ROOM, NOW)

    assert planned.doomed == ()
    assert planned.short_by == 100 * GB


PROTECTED = [
    (replace(OLD, legal_hold=LegalHold("a court asked", "ada", "2026-05-01T00:00:00+00:00")), "legal hold: a court"),
    (replace(OLD, is_open=True), "open"),
    (replace(OLD, unsent=2), "2 changes of it were not sent"),
    (replace(OLD, held=1), "reconcile list"),
    (replace(OLD, imported_at="2026-05-03T13:00:00+00:00", opened_at=""), "within 24 hours"),
    (replace(OLD, opened_at="2026-05-04T11:59:00+00:00"), "within 24 hours"),
]


@pytest.mark.parametrize(("one", "kept_by"), PROTECTED, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("rules", [RetentionRules(study_days=1), RetentionRules(keep_free_gb=101)], ids=["age", "room"])
def test_nothing_protected_goes_and_the_plan_says_what_kept_it(
    one: Stored, kept_by: str, rules: RetentionRules
) -> None:
    planned = plan(rules, [one], ROOM, NOW)

    assert planned.doomed == ()
    assert kept_by in planned.spared[0].kept_by


def test_by_hand_what_came_a_minute_ago_may_go_but_nothing_held() -> None:
    assert protection_by_hand(replace(OLD, imported_at=NOW.isoformat())) == ""
    assert protection_by_hand(replace(OLD, unsent=1), with_unsent=True) == ""
    hold = LegalHold("a court asked", "ada", "2026-05-01T00:00:00+00:00")
    assert "legal hold" in protection_by_hand(replace(OLD, unsent=1, legal_hold=hold), with_unsent=True)


@pytest.mark.parametrize(
    "rules",
    [
        RetentionRules(study_days=0),
        RetentionRules(imported_days=-1),
        RetentionRules(keep_free_gb=0),
        RetentionRules(most_gb=float("nan")),
        RetentionRules(most_gb=1e9),
        RetentionRules(grace_hours=0),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(rules: RetentionRules) -> None:
    assert rules.problem()


def test_rules_come_back_as_they_were_kept() -> None:
    rules = RetentionRules(study_days=30, most_gb=1.5)

    assert RetentionRules.from_json(rules.to_json()) == rules
    assert RetentionRules.from_json(None).are_off
    assert RetentionRules.from_json({"study_days": 3, "of_a_later_version": 1}) == RetentionRules(study_days=3)
