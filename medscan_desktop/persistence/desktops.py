"""How each user's screen stood last. Not a record of the patient: who looked at what is in the audit log."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import UserId
from medscan_desktop.persistence.tables import desktops


class Desktops:
    """One body a user, within one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get(self, user: UserId) -> Mapping[str, Any] | None:
        """What was put last; None where nothing was, or where it cannot be read any more."""
        body = self._connection.execute(select(desktops.c.body).where(desktops.c.user == user)).scalar()
        try:
            found = json.loads(body) if body is not None else None
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def put(self, user: UserId, study: StudyUid, body: Mapping[str, Any]) -> None:
        """Keep this in the place of what was there."""
        self.remove(user)
        text = json.dumps(dict(body), ensure_ascii=False, separators=(",", ":"))
        row = {"user": user, "study_instance_uid": study, "body": text, "at": self._now.isoformat()}
        self._connection.execute(insert(desktops).values(row))

    def remove(self, user: UserId) -> None:
        """Forget it; no error where there is nothing."""
        self._connection.execute(delete(desktops).where(desktops.c.user == user))
