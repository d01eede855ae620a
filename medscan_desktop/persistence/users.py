"""Accounts: who may log in, proven by an Argon2id password, with a wait after wrong ones."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, func, insert, select

from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.persistence.argon2_cost import Argon2Cost
from medscan_desktop.persistence.lockout import Lockout
from medscan_desktop.persistence.tables import users


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """The user, or None; then how long to wait before the next try means anything (0: now)."""

    user: User | None
    wait_seconds: float = 0.0


class Users:
    """The accounts within one transaction."""

    def __init__(self, connection: Connection, cost: Argon2Cost, uptime: Callable[[], float]) -> None:
        self._connection = connection
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._lockout = Lockout(connection, uptime)

    def add(self, user: User, password: str) -> None:
        """Raises MedScanError where the name is taken or the password empty."""
        if not password:
            raise MedScanError("A password is needed.")
        if not _login(user.name) or self.by_name(user.name) is not None:
            raise MedScanError("This user name is empty or taken already.")
        self._connection.execute(
            insert(users).values(
                id=user.id,
                name=user.name,
                login=_login(user.name),
                display_name=user.display_name,
                roles=json.dumps(sorted(role.value for role in user.roles)),
                password_hash=self._hasher.hash(password),
            )
        )

    def by_name(self, name: str) -> User | None:
        """The user of this login name, case aside."""
        row = self._row(name)
        return _user(row) if row is not None else None

    def check(self, name: str, password: str) -> LoginAnswer:
        """Whether this is the user's password. While a wait runs, no password is tried at all.

        An unknown name costs the same time and the same waits as a known one.
        """
        login = _login(name)
        if (wait := self._lockout.wait_seconds(login)) > 0:
            return LoginAnswer(None, wait)
        row = self._row(name)
        if row is not None and self._is_password(row.password_hash, password):
            self._lockout.succeeded(login)
            return LoginAnswer(_user(row))
        if row is None:
            self._hasher.hash(password)  # as much work as a real check
        return LoginAnswer(None, self._lockout.failed(login))

    def names(self) -> dict[UserId, str]:
        """What each user is called in lists and on reports."""
        rows = self._connection.execute(select(users.c.id, users.c.display_name))
        return {UserId(row.id): row.display_name for row in rows}

    def count(self) -> int:
        """How many there are."""
        return self._connection.execute(select(func.count()).select_from(users)).scalar_one()

    def _row(self, name: str) -> Row[Any] | None:
        return self._connection.execute(select(users).where(users.c.login == _login(name))).first()

    def _is_password(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _login(name: str) -> str:
    """The name as it is compared: one spelling of each letter, no case, no spaces around."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _user(row: Row[Any]) -> User:
    roles = frozenset(Role(role) for role in json.loads(row.roles))
    return User(UserId(row.id), row.name, row.display_name, roles)
