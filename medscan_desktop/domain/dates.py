"""DICOM dates and times as people read them."""


def date_text(da: str) -> str:
    """A DA value as 2026-03-01; what is no date stays as it is."""
    return f"{da[:4]}-{da[4:6]}-{da[6:]}" if len(da) == 8 and da.isdigit() else da


def time_text(tm: str) -> str:
    """A TM value as 14:05; what is no time stays as it is."""
    return f"{tm[:2]}:{tm[2:4]}" if tm[:4].isdigit() and len(tm) >= 4 else tm


def age_string_text(value: str) -> str:
    """An AS value as 43 y, 6 mo, 3 wk or 12 d; what is no age stays as it is."""
    unit = {"Y": "y", "M": "mo", "W": "wk", "D": "d"}.get(value[3:])
    return f"{int(value[:3])} {unit}" if unit and value[:3].isdecimal() else value
