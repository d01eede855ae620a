"""How long studies stay: the rules, what each says of a study, and what no rule may touch. Pure; decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import LegalHold, StudyUid

GB = 1_000_000_000
GRACE_HOURS = 24  # nothing that was just imported or opened goes


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """What may go. None: this rule is off, as all are at first.

    A study goes where any rule of age says so; where room is wanted, those opened (else imported) longest ago go first.
    """

    study_days: int | None = None  # older than this by its study date
    imported_days: int | None = None  # imported longer ago
    unopened_days: int | None = None  # not opened (else not imported) for longer
    keep_free_gb: float | None = None  # make room until so much of the disk is free
    most_gb: float | None = None  # make room until the vault holds no more
    grace_hours: int = GRACE_HOURS

    @property
    def are_off(self) -> bool:
        """Whether no rule says anything."""
        limits = (self.study_days, self.imported_days, self.unopened_days, self.keep_free_gb, self.most_gb)
        return all(limit is None for limit in limits)

    def problem(self) -> str:
        """Why these rules cannot stand; "" where they can."""
        days = (self.study_days, self.imported_days, self.unopened_days)
        if any(limit is not None and limit < 1 for limit in days):
            return "A number of days is 1 or more."
        if any(limit is not None and not 0 < limit < 1e6 for limit in (self.keep_free_gb, self.most_gb)):
            return "A size is more than 0 GB and less than 1,000,000 GB."
        return "" if self.grace_hours >= 1 else "The time of grace is 1 hour or more."

    def to_json(self) -> dict[str, Any]:
        """For the preferences."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any] | None) -> "RetentionRules":
        """What `to_json` gave; all off for None."""
        known = {name: value for name, value in (body or {}).items() if name in cls.__dataclass_fields__}
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Stored:
    """A study as the rules see it. No patient data."""

    study_instance_uid: StudyUid
    study_date: str  # DA
    imported_at: str  # ISO 8601 or "" from before it was kept
    opened_at: str  # "" for never, as far as known
    vault_bytes: int  # what deleting it frees
    instances: int
    legal_hold: LegalHold | None = None
    is_open: bool = False
    unsent: int = 0  # changes that wait to be sent
    held: int = 0  # files in the reconcile list that contradict it


@dataclass(frozen=True, slots=True)
class Doomed:
    """A study that would go, and why."""

    stored: Stored
    reason: str


@dataclass(frozen=True, slots=True)
class Spared:
    """A study that a rule says should go, and what keeps it."""

    stored: Stored
    reason: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: free on the disk of the vault, and used by the vault's images."""

    free: int
    used: int


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What the rules say at one moment."""

    doomed: tuple[Doomed, ...] = ()
    spared: tuple[Spared, ...] = ()
    short_by: int = 0  # bytes that are wanted and that nothing which may go would free

    @property
    def frees(self) -> int:
        """Bytes of the disk."""
        return sum(one.stored.vault_bytes for one in self.doomed)


def plan(rules: RetentionRules, studies: Iterable[Stored], room: Room, now: datetime) -> RetentionPlan:
    """Which studies go, and why, those opened longest ago first; what would go but for a protection is told too."""
    doomed: list[Doomed] = []
    spared: list[Spared] = []
    rest: list[Stored] = []
    for one in sorted(studies, key=_last_used):
        reason = too_old(rules, one, now)
        if not reason:
            rest.append(one)
        elif kept_by := protection(one, rules, now):
            spared.append(Spared(one, reason, kept_by))
        else:
            doomed.append(Doomed(one, reason))
    wanted, why = _wanted(rules, room)
    wanted -= sum(one.stored.vault_bytes for one in doomed)
    more, kept, short_by = _made_room(rules, rest, wanted, why, now)
    return RetentionPlan((*doomed, *more), (*spared, *kept), short_by)


def too_old(rules: RetentionRules, one: Stored, now: datetime) -> str:
    """Which rule of age says that it goes; "" where none does. A date that is not known is never too old."""
    studied = _day(one.study_date)
    if rules.study_days is not None and studied is not None and (now.date() - studied).days > rules.study_days:
        return f"the study of {date_text(one.study_date)} is older than {rules.study_days:,} days"
    if rules.imported_days is not None and _days_ago(one.imported_at, now) > rules.imported_days:
        return f"imported {one.imported_at[:10]}, more than {rules.imported_days:,} days ago"
    last = one.opened_at or one.imported_at
    if rules.unopened_days is not None and _days_ago(last, now) > rules.unopened_days:
        return f"not opened since {last[:10]}, more than {rules.unopened_days:,} days"
    return ""


def protection(one: Stored, rules: RetentionRules, now: datetime) -> str:
    """What keeps a study whatever the rules say; "" where nothing does."""
    if kept_by := protection_by_hand(one):
        return kept_by
    grace = timedelta(hours=rules.grace_hours)
    if any(then is not None and now - then < grace for then in (_time(one.imported_at), _time(one.opened_at))):
        return f"it was imported or opened within {rules.grace_hours:,} hours"
    return ""


def protection_by_hand(one: Stored, *, with_unsent: bool = False) -> str:
    """What keeps a study from a person who may delete: what came a minute ago may go. The legal hold comes first."""
    if one.legal_hold is not None:
        return f"legal hold: {one.legal_hold.reason} ({one.legal_hold.by}, {one.legal_hold.at[:10]})"
    if one.is_open:
        return "it is open"
    if one.held:
        return f"{one.held:,} files in the reconcile list wait because of it"
    if one.unsent and not with_unsent:
        return f"{one.unsent:,} changes of it were not sent yet"
    return ""


def _made_room(
    rules: RetentionRules, rest: Sequence[Stored], wanted: int, why: str, now: datetime
) -> tuple[list[Doomed], list[Spared], int]:
    doomed, spared = [], []
    for one in rest:
        if wanted <= 0:
            break
        if one.vault_bytes == 0:  # only referenced: deleting it makes no room
            continue
        reason = f"{why}; {_used_text(one)}"
        if kept_by := protection(one, rules, now):
            spared.append(Spared(one, reason, kept_by))
        else:
            doomed.append(Doomed(one, reason))
            wanted -= one.vault_bytes
    return doomed, spared, max(0, wanted)


def _wanted(rules: RetentionRules, room: Room) -> tuple[int, str]:
    """Bytes that must go, and for which rule."""
    wanted, why = 0, ""
    if rules.keep_free_gb is not None:
        wanted, why = round(rules.keep_free_gb * GB) - room.free, f"to keep {rules.keep_free_gb:g} GB free"
    if rules.most_gb is not None and (over := room.used - round(rules.most_gb * GB)) > wanted:
        wanted, why = over, f"the library may hold {rules.most_gb:g} GB"
    return wanted, why


def _used_text(one: Stored) -> str:
    if one.opened_at:
        return f"last opened {one.opened_at[:10]}"
    return f"never opened, imported {one.imported_at[:10]}" if one.imported_at else "never opened"


def _last_used(one: Stored) -> tuple[str, str, str]:
    studied = _day(one.study_date)  # of what earlier versions imported nothing else is known
    last = one.opened_at or one.imported_at or (studied.isoformat() if studied else "")
    return (last, one.study_date, one.study_instance_uid)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def _days_ago(text: str, now: datetime) -> float:
    """-1 where the time is not known."""
    then = _time(text)
    return -1.0 if then is None else (now - then).total_seconds() / 86_400


def with_open(studies: Iterable[Stored], open_uids: frozenset[StudyUid]) -> list[Stored]:
    """The same, with those marked that somebody has on a screen."""
    return [replace(one, is_open=one.study_instance_uid in open_uids) for one in studies]
