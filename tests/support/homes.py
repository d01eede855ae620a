"""Libraries for tests: real encryption, cheap Argon2, in a temporary folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

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
    """A fresh library in `folder`, closed at the end. Those of one run share their keys: made once, then copied."""
    home = Home(folder / "home")
    home.make_folders()
    files, keys, recovery_key = _made_once()
    for name, content in files.items():
        (home.root / name).write_bytes(content)
        (home.root / name).chmod(0o600)
    database = Database.open(home, keys)
    try:
        yield Library(home, keys, database, Vault(home, keys), recovery_key)
    finally:
        database.close()


@cache
def _made_once() -> tuple[dict[str, bytes], Keys, str]:
    """The files of an empty library: a migration costs more than most tests."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        keys, recovery_key = create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
        Database.open(home, keys).close()
        paths = (home.keyslots, home.database, home.anchors)
        return {str(path.relative_to(home.root)): path.read_bytes() for path in paths}, keys, recovery_key


@contextmanager
def opened_again(home: Home) -> Iterator[Library]:
    """The same library as another process would open it."""
    keys = unlock(home, passphrase=PASSPHRASE)
    database = Database.open(home, keys)
    try:
        yield Library(home, keys, database, Vault(home, keys), "")
    finally:
        database.close()
