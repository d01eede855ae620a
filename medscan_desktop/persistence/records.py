"""The unit of work: one transaction over all tables, its audit event and its outbox rows. Together or not at all."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from medscan_desktop.domain.audit import AuditEvent, Outcome
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.persistence.anchors import Anchors
from medscan_desktop.persistence.argon2_cost import PASSWORD_COST, Argon2Cost
from medscan_desktop.persistence.audit import AuditLog
from medscan_desktop.persistence.calibrations import Calibrations
from medscan_desktop.persistence.conflicts import Conflicts
from medscan_desktop.persistence.database import Database, integrity_problems
from medscan_desktop.persistence.desktops import Desktops
from medscan_desktop.persistence.files import Files
from medscan_desktop.persistence.findings import Findings
from medscan_desktop.persistence.hostile import HostileFiles
from medscan_desktop.persistence.key_images import KeyImages
from medscan_desktop.persistence.keys import Keys
from medscan_desktop.persistence.measurements import Measurements
from medscan_desktop.persistence.outbox import Outbox
from medscan_desktop.persistence.preferences import Preferences
from medscan_desktop.persistence.sources import Sources
from medscan_desktop.persistence.stack_overrides import StackOverrides
from medscan_desktop.persistence.storage import StorageUse
from medscan_desktop.persistence.studies import Studies
from medscan_desktop.persistence.users import Users

_log = logging.getLogger("medscan.records")

Detail = str | int | float | bool


class Records:
    """What a use case reads and writes within its transaction.

    `outcome` and `detail` go into the audit event when the transaction ends; a use case may set the one and add to the
    other (a failed log-in commits its count with FAILURE; an import adds how many files it took).
    """

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        anchors: Anchors,
        now: datetime,
        *,
        password_cost: Argon2Cost,
        uptime: Callable[[], float],
    ) -> None:
        self._connection = connection
        self.outcome = Outcome.SUCCESS
        self.detail: dict[str, Detail] = {}
        self.studies = Studies(connection, now)
        self.conflicts = Conflicts(connection, now)
        self.storage = StorageUse(connection, self.conflicts)
        self.files = Files(connection)
        self.measurements = Measurements(connection)
        self.findings = Findings(connection)
        self.key_images = KeyImages(connection)
        self.users = Users(connection, password_cost, uptime)
        self.outbox = Outbox(connection, now)
        self.calibrations = Calibrations(connection)
        self.desktops = Desktops(connection, now)
        self.preferences = Preferences(connection)
        self.hostile = HostileFiles(connection, now)
        self.sources = Sources(connection, now)
        self.stack_overrides = StackOverrides(connection, now)
        self.audit = AuditLog(connection, keys, anchors)

    def integrity_problems(self) -> list[str]:
        """What a check of every page of the database finds; empty where all is well."""
        return integrity_problems(self._connection)


class RecordsFactory:
    """Starts transactions in a user's name: `with records("study.open", uid) as r:`."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        user_name: str,
        now: Callable[[], datetime],
        *,
        password_cost: Argon2Cost = PASSWORD_COST,
        uptime: Callable[[], float] = time.monotonic,  # counts from the computer's start on the three systems
    ) -> None:
        self._database = database
        self._keys = keys
        self._user_name = user_name
        self._now = now
        self._password_cost = password_cost
        self._uptime = uptime

    @contextmanager
    def __call__(
        self, action: str, object_id: str = "", *, outcome: Outcome = Outcome.SUCCESS, **detail: Detail
    ) -> Iterator[Records]:
        """One transaction, which holds the write lock from its start, and one audit event.

        On an error all of it rolls back, and an event with FAILURE is written in a transaction of its own.
        """
        event = AuditEvent(action, self._user_name, object_id, outcome, detail)
        is_committed = False
        try:
            with self._database.writing() as connection:
                records = self._records(connection)
                records.outcome, records.detail = outcome, dict(detail)
                yield records
                done = AuditEvent(action, self._user_name, object_id, records.outcome, records.detail)
                records.audit.append(done, self._now())
                anchor = records.audit.anchor()
            is_committed = True
            self._database.anchors.append(anchor)
        finally:
            if not is_committed:
                self._record_failure(event, sys.exception())

    def _record_failure(self, event: AuditEvent, error: BaseException | None) -> None:
        """The error itself matters more than its record: where that cannot be written either, say so in the log."""
        detail = {**event.detail, "error": type(error).__name__}
        failed = AuditEvent(event.action, event.user, event.object_id, Outcome.FAILURE, detail)
        try:
            with self._database.writing() as connection:
                log = self._records(connection).audit
                log.append(failed, self._now())
                anchor = log.anchor()
            self._database.anchors.append(anchor)
        except MedScanError:
            _log.warning("records.failure_not_recorded")

    def _records(self, connection: Connection) -> Records:
        return Records(
            connection,
            self._keys,
            self._database.anchors,
            self._now(),
            password_cost=self._password_cost,
            uptime=self._uptime,
        )
