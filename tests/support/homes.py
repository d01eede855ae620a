"""Libraries for tests: real encryption, cheap Argon2, in a temporary folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from medscan_desktop.persistence.argon2_cost import Argon2Cost
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import Keys, create_keys, unlock
from medscan_desktop.persistence.records import RecordsFactory
from medscan_desktop.persistence.vault import Vault

PASSPHRASE = "correct horse battery staple"
CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Library:
    """An open library and what opens it."""

    home: Home
    keys: Keys
    database: Database
    vault: Vault
    recovery_key: str

    @property
    def records(self) -> RecordsFactory:
        """Transactions in Ada's name, at noon."""
        return RecordsFactory(self.database, self.keys, "ada", lambda: NOON, password_cost=CHEAP)


@contextmanager
def new_library(folder: Path) -> Iterator[Library]:
    """A fresh library, closed at the end."""
    home = Home(folder / "home")
    keys, recovery_key = create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    database = Database.open(home, keys)
    try:
        yield Library(home, keys, database, Vault(home, keys), recovery_key)
    finally:
        database.close()


@contextmanager
def opened_again(home: Home) -> Iterator[Library]:
    """The same library as another process would open it."""
    keys = unlock(home, passphrase=PASSPHRASE)
    database = Database.open(home, keys)
    try:
        yield Library(home, keys, database, Vault(home, keys), "")
    finally:
        database.close()
