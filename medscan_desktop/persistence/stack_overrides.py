"""How users want series split into stacks, in place of the automatic way."""

import json
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.persistence.tables import stack_overrides


class StackOverrides:
    """One choice a series, within one transaction; the audit log keeps who chose what before."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get(self, series_uid: SeriesUid) -> SplitChoice:
        """The choice for this series, AUTOMATIC where nobody has chosen. Raises Damaged."""
        table = stack_overrides.c
        body = self._connection.execute(select(table.body).where(table.series_instance_uid == series_uid)).scalar()
        if body is None:
            return AUTOMATIC
        try:
            return SplitChoice.from_json(json.loads(body))
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged("How this series was split by choice is stored in a form that cannot be read.") from error

    def put(self, series_uid: SeriesUid, choice: SplitChoice, user: str) -> None:
        """Keep the choice in the place of the one before; AUTOMATIC takes it away."""
        table = stack_overrides
        self._connection.execute(delete(table).where(table.c.series_instance_uid == series_uid))
        if not choice.is_automatic:
            body = json.dumps(choice.to_json(), separators=(",", ":"))
            row = {"series_instance_uid": series_uid, "body": body, "at": self._now.isoformat(), "user": user}
            self._connection.execute(insert(table).values(row))
