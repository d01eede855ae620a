"""Waiting after wrong passwords: five free tries, then 2, 4, 8 … seconds up to 15 minutes.

Kept in the database, so a restart does not help; measured by the computer's uptime, so setting the clock does not
either. After a reboot the uptime starts anew and the wait is counted from there: never shorter than it should be.
"""

import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from medscan_desktop.persistence.tables import lockouts

FREE_TRIES = 5
LONGEST_WAIT_S = 900.0
_FORGET_WORKSTATION_AFTER_S = 3600.0  # its typing errors are many people's: an hour without one clears them
_WORKSTATION = "workstation"


class Lockout:
    """The counters of one login name and of this workstation. `uptime` gives seconds since the computer started."""

    def __init__(self, connection: Connection, uptime: Callable[[], float]) -> None:
        self._connection = connection
        self._uptime = uptime

    def wait_seconds(self, login: str) -> float:
        """How long until the next try may be made; 0 where it may be made now."""
        return max(self._wait(_subject(login)), self._wait(_WORKSTATION))

    def failed(self, login: str) -> float:
        """Count a wrong password; gives the wait that follows from it."""
        self._count(_subject(login), 1)
        if self._elapsed(_WORKSTATION) > _FORGET_WORKSTATION_AFTER_S:
            self._forget(_WORKSTATION)
        self._count(_WORKSTATION, 1)
        return self.wait_seconds(login)

    def succeeded(self, login: str) -> None:
        """Clear the user's count and take it off the workstation's, which keeps what others got wrong."""
        own = self._failures(_subject(login))
        self._forget(_subject(login))
        if own:
            self._count(_WORKSTATION, -own)

    def _wait(self, subject: str) -> float:
        failures = self._failures(subject)
        if failures <= FREE_TRIES:
            return 0.0
        full = min(2.0 ** min(failures - FREE_TRIES, 10), LONGEST_WAIT_S)
        return max(0.0, full - self._elapsed(subject))

    def _failures(self, subject: str) -> int:
        query = select(lockouts.c.failures).where(lockouts.c.subject == subject)
        return self._connection.execute(query).scalar() or 0

    def _elapsed(self, subject: str) -> float:
        """Seconds of this computer's running since the last failure, at least."""
        then = self._connection.execute(select(lockouts.c.uptime).where(lockouts.c.subject == subject)).scalar()
        now = self._uptime()
        if then is None:
            return 0.0
        return now - then if now >= then else now

    def _count(self, subject: str, change: int) -> None:
        failures = max(0, self._failures(subject) + change)
        self._forget(subject)
        self._connection.execute(insert(lockouts).values(subject=subject, failures=failures, uptime=self._uptime()))

    def _forget(self, subject: str) -> None:
        self._connection.execute(delete(lockouts).where(lockouts.c.subject == subject))


def _subject(login: str) -> str:
    """Not the name itself: people type passwords into the wrong field."""
    return hashlib.sha256(f"medscan login {login}".encode()).hexdigest()
