"""Bringing files in: folder, file, ZIP, DICOMDIR. Each file ends as imported, already there, skipped or refused."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.scan import scan
from medscan_desktop.dicom.sources import Source, find_files
from medscan_desktop.dicom.study import series_of, study_of
from medscan_desktop.domain.errors import FileRefused, MedScanError, NotDicom
from medscan_desktop.domain.study import Instance, InstanceUid, SeriesUid, Storage
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.studies import Added
from medscan_desktop.persistence.vault import VaultFile
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.shelf import middle_image, read_series

Found = Source | FileRefused
BATCH = 200  # files a transaction: a kill loses at most these, and importing again brings them
THUMBNAIL_SIDE = 128


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: "imported", "already there", "skipped" (no DICOM) or "refused"."""

    path: str
    status: str
    reason: str = ""
    series_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file."""

    files: tuple[FileOutcome, ...]

    @property
    def imported(self) -> int:
        """How many files are new in the library."""
        return sum(file.status == "imported" for file in self.files)

    @property
    def refused(self) -> tuple[FileOutcome, ...]:
        """The DICOM files that were not taken in."""
        return tuple(file for file in self.files if file.status == "refused")

    @property
    def skipped(self) -> tuple[FileOutcome, ...]:
        """What is no DICOM."""
        return tuple(file for file in self.files if file.status == "skipped")


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A file read, checked and (unless only referenced) written to the vault, not yet in the records."""

    label: str
    header: Header
    instance: Instance
    vault_file: VaultFile | None


@command("study.import", permission=Permission.IMPORT)
def import_files(ctx: Context, *, paths: Sequence[Path], reference: bool = False) -> Effect:
    """Copy every DICOM file under `paths` into the encrypted vault, as it is.

    With `reference`, plain files stay where they are (read-only media) and only the library knows them; what lies in an
    archive is copied all the same.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise FileRefused(str(path), "there is no such file or folder")
    sources = find_files(paths)
    outcomes: list[FileOutcome] = []
    while batch := list(islice(sources, BATCH)):
        outcomes += _import_batch(ctx, batch, reference, done=len(outcomes))
    _make_thumbnails(ctx, {SeriesUid(file.series_instance_uid) for file in outcomes if file.status == "imported"})
    report = ImportReport(tuple(outcomes))
    return Effect(changed=frozenset({Kind.STUDIES}), value=report, notice=_summary(report))


def _import_batch(ctx: Context, batch: Sequence[Found], reference: bool, done: int) -> list[FileOutcome]:
    incoming: list[_Incoming] = []
    outcomes: list[FileOutcome] = []
    kept: set[str] = set()
    try:
        for position, source in enumerate(batch):
            ctx.job.report(0.0, f"{done + position} files read")
            try:
                incoming.append(_take_in(ctx, source, reference))
            except NotDicom as error:
                outcomes.append(FileOutcome(error.path, "skipped", error.reason))
            except FileRefused as error:
                outcomes.append(FileOutcome(error.path, "refused", error.reason))
        ctx.vault.sync()
        with ctx.records("study.import", files=len(incoming)) as records:
            stored = [(_put(records, item), item) for item in incoming]
        kept = {item.instance.location for outcome, item in stored if outcome.status == "imported"}
        outcomes += [outcome for outcome, _ in stored]
    finally:  # a file that the records do not know has no place in the vault
        for item in incoming:
            if item.vault_file is not None and item.instance.location not in kept:
                ctx.vault.remove(item.vault_file.id)
    return outcomes


def _take_in(ctx: Context, source: Found, reference: bool) -> _Incoming:
    if isinstance(source, FileRefused):
        raise source
    try:
        with source.open() as stream:
            header = scan(stream, source.label)  # before all of it is read: what is no DICOM may be of any size
            stream.seek(0)
            content = stream.read()
    except OSError as error:
        raise FileRefused(source.label, "the file cannot be read") from error
    path = source.path.resolve() if reference and source.path else None
    if path is not None and not _is_unicode(path):
        raise FileRefused(source.label, "its name is not Unicode, so only a copy of it can be imported")
    vault_file = None if path is not None else ctx.vault.write(content, durable=False)
    instance = Instance(
        sop_instance_uid=InstanceUid(header.sop_instance_uid),
        series_instance_uid=SeriesUid(header.series_instance_uid),
        sop_class_uid=header.sop_class_uid,
        transfer_syntax_uid=header.transfer_syntax_uid,
        instance_number=header.integer("InstanceNumber"),
        frames=header.frames,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage=Storage.VAULT if vault_file else Storage.REFERENCED,
        location=vault_file.id if vault_file else str(path),
        header=header.to_json(),
    )
    return _Incoming(source.label, header, instance, vault_file)


def _is_unicode(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:  # bytes that the file system allows and no text holds
        return False
    return True


def _put(records: Records, item: _Incoming) -> FileOutcome:
    added = records.studies.put_instance(study_of(item.header), series_of(item.header), item.instance)
    series = item.instance.series_instance_uid
    if added is Added.ADDED:
        if item.vault_file is not None:
            records.files.put(item.vault_file)
        return FileOutcome(item.label, "imported", series_instance_uid=series)
    if added is Added.ALREADY_THERE:
        return FileOutcome(item.label, "already there", "the same file is in the library", series)
    reason = records.studies.conflict(study_of(item.header), series_of(item.header), item.instance)
    return FileOutcome(item.label, "refused", reason, series)


def _make_thumbnails(ctx: Context, series_uids: set[SeriesUid]) -> None:
    for position, uid in enumerate(sorted(series_uids)):
        ctx.job.report(position / len(series_uids), f"thumbnail {position + 1} of {len(series_uids)}")
        with ctx.records("series.read_thumbnail", uid) as records:
            shelved = read_series(records, ctx.vault, uid)
        if not shelved.grouping.stacks:
            continue
        try:  # outside of the transaction: decoding and drawing hold no lock
            thumbnail = ctx.pictures.thumbnail(middle_image(shelved, shelved.plan()), THUMBNAIL_SIDE)
        except MedScanError:  # the pixels cannot be decoded: the viewer says why when the series is opened
            continue
        with ctx.records("series.thumbnail", uid) as records:
            records.studies.put_thumbnail(uid, thumbnail)


def _summary(report: ImportReport) -> str:
    parts = [f"{report.imported} imported"]
    already = sum(file.status == "already there" for file in report.files)
    parts += [f"{already} already there"] if already else []
    parts += [f"{len(report.refused)} refused"] if report.refused else []
    parts += [f"{len(report.skipped)} not DICOM"] if report.skipped else []
    return ", ".join(parts) + "."
