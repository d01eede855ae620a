"""The only place where the parts are joined. Qt-free, so that the command line and the tests build the real thing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from medscan_desktop.app.settings import read_settings
from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.user import User
from medscan_desktop.imaging.need import MEGABYTE
from medscan_desktop.inference.registry import ModelRegistry
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.desktops import Desktops
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import Keys
from medscan_desktop.persistence.preferences import Preferences
from medscan_desktop.persistence.records import RecordsFactory
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.render.pictures import Pictures
from medscan_desktop.render.reslice import sampler_by
from medscan_desktop.render.resources import resources_folder
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.workspace import SceneChange
from medscan_desktop.services.memory import PREFERENCE
from medscan_desktop.workstation.command import Context, Settings
from medscan_desktop.workstation.hostile import RememberingWorkers
from medscan_desktop.workstation.jobs import Job, Jobs
from medscan_desktop.workstation.shelf import Shelf
from medscan_desktop.workstation.workstation import Workstation


@dataclass(frozen=True, slots=True)
class Parts:
    """A running workstation with what must be closed at its end."""

    workstation: Workstation
    database: Database
    settings: Settings
    rollback_problem: str  # "" or that the database was put back to an older state
    workers: Workers

    def close(self) -> None:
        """End the workers and log out of the database; the files stay as they are."""
        self.workers.close()
        self.database.close()


def models_folder() -> Path:
    """The folder of the models that this release ships, beside its resources."""
    return resources_folder().parent / "models"


def utc_now() -> datetime:
    """The clock of the records."""
    return datetime.now(UTC)


def _chosen_budget(database: Database) -> int:
    """The memory budget in bytes that was chosen for this library, 0 where none was."""
    with database.reading() as connection:
        chosen = Preferences(connection).get(PREFERENCE) or {}
    return int(chosen.get("megabytes", 0)) * MEGABYTE


@contextmanager
def _desktops(database: Database, now: Callable[[], datetime]) -> Iterator[Desktops]:
    with database.writing() as connection:
        yield Desktops(connection, now())


def build(
    home: Home,
    keys: Keys,
    jobs: Jobs,
    *,
    now: Callable[[], datetime] = utc_now,
    models: Path | None = None,
) -> Parts:
    """Join the parts over an unlocked home."""
    settings = read_settings(home.root, resources_folder() / "fonts")
    database = Database.open(home, keys)
    vault = Vault(home, keys)
    registry = ModelRegistry(models or models_folder())
    pictures = Pictures(sampler_by(array_path=settings.array_path))

    def remember(sha256: str, reason: str) -> None:
        name = workstation.user.name if workstation.user else ""
        factory = RecordsFactory(database, keys, name, now)
        with factory("security.hostile_file", sha256, outcome=Outcome.FAILURE, reason=reason) as records:
            records.hostile.put(sha256, reason)

    count = settings.threads + 1  # a series loads on as many threads; a document need not wait for it
    workers = RememberingWorkers(ProcessWorkers(worker_command(), count), remember)
    shelf = Shelf(settings.threads, workers, _chosen_budget(database) or settings.memory_budget)

    def make_context(user: User | None, job: Job, post: Callable[[SceneChange], None]) -> Context:
        return Context(
            user=user,
            now=now,
            records=RecordsFactory(database, keys, user.name if user else "", now),
            desktops=lambda: _desktops(database, now),
            vault=vault,
            models=registry,
            pictures=pictures,
            shelf=shelf,
            workers=workers,
            job=job,
            post=post,
            settings=settings,
            checkpoint=database.checkpoint,
        )

    problem = database.rollback_problem(keys) or ""
    workstation = Workstation(Store(), jobs, make_context)
    return Parts(workstation, database, settings, problem, workers)
