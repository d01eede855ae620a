"""What models proposed and people decided."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from medscan_desktop.domain.finding import Code, Finding, FindingId, FindingState, Provenance, Structure
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.revisions import Revisions
from medscan_desktop.persistence.tables import findings


class Findings:
    """Each decision is a revision; none is ever deleted."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Revisions(connection, findings, "finding")

    def put(self, finding: Finding) -> int:
        """Insert or add a revision; gives its number."""
        return self._rows.put(finding.id, finding.study_instance_uid, asdict(finding))

    def get(self, identifier: FindingId) -> Finding:
        """Raises NotFound."""
        return _finding(self._rows.get(identifier))

    def of_study(self, study_uid: StudyUid) -> list[Finding]:
        """Oldest first."""
        found = (_finding(body) for body in self._rows.of_study(study_uid))
        return sorted(found, key=lambda finding: (finding.created_at, finding.id))


def _finding(body: dict[str, Any]) -> Finding:
    values = dict(body)
    values["state"] = FindingState(body["state"])
    values["structures"] = tuple(_structure(structure) for structure in body["structures"])
    provenance = body["provenance"]
    lists = {name: tuple(provenance.get(name, ())) for name in ("sop_instance_uids", "frame_numbers")}
    values["provenance"] = Provenance(**{**provenance, **lists})
    return Finding(**values)


def _structure(body: dict[str, Any]) -> Structure:
    red, green, blue = body["colour"]
    codes = {"category": Code(**body["category"]), "type": Code(**body["type"])}
    return Structure(**{**body, **codes, "colour": (red, green, blue)})
