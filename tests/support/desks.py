"""A workstation without a window for tests: the real use cases, inline, on a library in a temporary folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from medscan_desktop.app.build import Parts, build
from medscan_desktop.domain.audit import AuditEvent
from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.persistence.records import Records
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.studies import search_studies
from medscan_desktop.workstation.command import Command
from medscan_desktop.workstation.jobs import InlineJobs
from tests.support.dicom_files import file_bytes
from tests.support.homes import NOON, Library, new_library

ADA = User(UserId("u1"), "ada", "Ada", frozenset({Role.ADMINISTRATOR, Role.RADIOLOGIST}))


@dataclass
class Clock:
    """The time that the workstation sees."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def days_later(self, days: float) -> None:
        self.now += timedelta(days=days)


@dataclass
class Sitting:
    """Somebody at a workstation."""

    library: Library
    parts: Parts
    clock: Clock
    folder: Path

    def ask(self, command: Command, **arguments: Any) -> Any:
        """The command's value; raises the MedScanError that ended it."""
        return self.parts.workstation.answer(command, **arguments)

    def bring(self, name: str, datasets: Sequence[Dataset], *, reference: bool = False) -> ImportReport:
        """Write the files into a folder of this name and import it."""
        report: ImportReport = self.ask(import_files, paths=(self.write(name, datasets),), reference=reference)
        return report

    def write(self, name: str, datasets: Sequence[Dataset]) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, dataset in enumerate(datasets):
            (folder / f"{number:03}.dcm").write_bytes(file_bytes(dataset))
        return folder

    @contextmanager
    def records(self) -> Iterator[Records]:
        with self.library.records("test.look") as records:
            yield records

    def studies(self) -> tuple[Study, ...]:
        return tuple(self.ask(search_studies))

    def events(self, *actions: str) -> list[AuditEvent]:
        """The events of these actions, oldest first."""
        with self.records() as records:
            return [event for event in reversed(records.audit.events(10_000)) if event.action in actions]

    def vault_is_sound(self) -> bool:
        """Every file that the records know is there and can be read, and there is no other."""
        with self.records() as records:
            known = records.files.all_ids()
            files = records.files.many(known)
        vault = self.library.vault
        readable = all(len(vault.read(file)) == file.size for file in files.values())
        return readable and not vault.missing(known) and not vault.orphans(known, older_than_s=0)


@contextmanager
def sitting(folder: Path, user: User = ADA) -> Iterator[Sitting]:
    """A fresh library with `user` logged in."""
    clock = Clock()
    with new_library(folder) as library:
        parts = build(library.home, library.keys, InlineJobs(), now=clock)
        parts.workstation.user = user
        try:
            yield Sitting(library, parts, clock, folder / "files")
        finally:
            parts.close()
