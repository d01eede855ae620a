"""An audit event: who did what to what, when, and whether it succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """Of the action that the event records."""

    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row of the log. `object_id` is a UID or record id; `detail` holds counts and codes, never patient names."""

    action: str  # dotted, e.g. "study.open"
    user: str  # login name, "" for nobody
    object_id: str = ""
    outcome: Outcome = Outcome.SUCCESS
    detail: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    at: str = ""  # ISO 8601 UTC, set by the log
    sequence: int = 0  # set by the log
