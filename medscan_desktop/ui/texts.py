"""Dates, counts and times as the window writes them."""

from datetime import date

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import Study


def age_text(birth_date: str, on_date: str) -> str:
    """Full years between two DAs, e.g. "47 y"; "" where either is unknown."""
    try:
        born, then = date.fromisoformat(birth_date), date.fromisoformat(on_date)
    except ValueError:
        return ""
    years = then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    return f"{years} y" if years >= 0 else ""


def patient_line(study: Study) -> str:
    """Who this is, for the banner: name, id, birth date with age at the study, sex."""
    patient = study.patient
    born = date_text(patient.patient_birth_date)
    age = age_text(patient.patient_birth_date, study.study_date)
    parts = (patient.display_name, patient.patient_id, f"{born} ({age})" if born and age else born, patient.patient_sex)
    return "   ".join(part for part in parts if part)


def study_line(study: Study) -> str:
    """Which examination this is: the date first, for the end is cut where there is no room; description, accession."""
    parts = (date_text(study.study_date), study.study_description, study.accession_number)
    return "   ".join(part for part in parts if part)


def count_text(count: int, noun: str) -> str:
    """`1 image`, `24 images`, `2 studies`; series stay series."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else noun if noun.endswith("s") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def left_text(fraction: float, elapsed_s: float) -> str:
    """How long the rest will take at the pace so far; "" until that can be told."""
    if fraction <= 0.02 or elapsed_s < 1.0:
        return ""
    left = elapsed_s / fraction * (1 - fraction)
    return f"about {left / 60:.0f} min left" if left >= 90 else f"about {max(1, round(left))} s left"
