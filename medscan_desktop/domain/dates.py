"""DICOM dates and times as people read them."""

from datetime import date, datetime


def date_text(da: str) -> str:
    """A DA value as 2026-03-01; "" for zeros, which anonymisers write; what else is no date stays as it is."""
    if da.isdigit() and not int(da):
        return ""
    return f"{da[:4]}-{da[4:6]}-{da[6:]}" if len(da) == 8 and da.isdigit() else da


def time_text(tm: str) -> str:
    """A TM value as 14:05; what is no time stays as it is."""
    return f"{tm[:2]}:{tm[2:4]}" if tm[:4].isdigit() and len(tm) >= 4 else tm


def age_string_text(value: str) -> str:
    """An AS value as 43 y, 6 mo, 3 wk or 12 d; what is no age stays as it is."""
    unit = {"Y": "y", "M": "mo", "W": "wk", "D": "d"}.get(value[3:])
    return f"{int(value[:3])} {unit}" if unit and value[:3].isdecimal() else value


def days_between(earlier: str, later: str) -> int | None:
    """Days from one DA value to another, negative where the second is earlier; None where one is no date."""
    first, second = _day(earlier), _day(later)
    return None if first is None or second is None else (second - first).days


def interval_text(other: str, current: str) -> str:
    """How a study of date `other` stands to one of `current`: "1 year 8 months before", "3 days after", "same day".

    Both are DA values; "" where one is no date. Whole months of the calendar, whole days under two months.
    """
    first, second = _day(other), _day(current)
    if first is None or second is None:
        return ""
    if first == second:
        return "same day"
    early, late = sorted((first, second))
    way = "before" if first < second else "after"
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    if months < 2:
        return f"{_count((late - early).days, 'day')} {way}"
    years, rest = divmod(months, 12)
    parts = [_count(years, "year")] * bool(years) + [_count(rest, "month")] * bool(rest)
    return f"{' '.join(parts)} {way}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _day(da: str) -> date | None:
    try:
        return datetime.strptime(da.strip(), "%Y%m%d").date()
    except ValueError:
        return None
