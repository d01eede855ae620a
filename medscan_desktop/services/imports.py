"""Bringing files in: folder, file, ZIP, DICOMDIR. Each file ends with an outcome and, unless it came in, a reason."""

import os
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from medscan_desktop import __version__
from medscan_desktop.dicom.headers.study import series_of, study_of
from medscan_desktop.dicom.sources.find import CannotRead, Met, sources_of, walk
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.domain.errors import Cancelled, DiskFull, FileRefused, NotDicom
from medscan_desktop.domain.import_report import FileOutcome, ImportReport
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.conflicts import Held
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.sources import Seen
from medscan_desktop.persistence.vault import Intake
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.holding import TO_COPY, place
from medscan_desktop.workstation.intake import Incoming, clear_abandoned, take_in
from medscan_desktop.workstation.media import is_read_only
from medscan_desktop.workstation.pace import Pace, counted
from medscan_desktop.workstation.thumbnails import make_thumbnails

BATCH = 200  # files a transaction: a kill loses at most these, and importing again brings them
_BATCH_BYTES = 512 << 20
_BATCH_FRAMES = 20_000  # a header of many frames is large
_COMPARED = 2_000  # files that are compared with the ledger at once
_ARCHIVE = "archive"
_STOPPED = "Stopped. What was complete is kept; importing again goes on from there."
_THERE = ("imported", "already there")
_PRESENT = (*_THERE, "unchanged")
_NOT_TAKEN = ("skipped", "refused")


@command("study.import", permission=Permission.IMPORT)
def import_files(ctx: Context, *, paths: Sequence[Path], reference: bool | None = False) -> Effect:
    """Copy every DICOM file under `paths` into the encrypted vault, as it is.

    A file that has not changed since it was imported is not opened. With `reference`, plain files stay where they are
    and only the library knows them; with None, those on read-only media; what lies in an archive is copied all the
    same. Cancelling keeps what is complete; importing again goes on from there.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise FileRefused(str(path), "there is no such file or folder")
    clear_abandoned(ctx)
    pace = Pace(ctx.job)
    with ctx.vault.intake() as intake, counted(pace, paths):
        run = _Import(ctx, intake, pace, reference)
        stopped = run.everything(paths)
    try:
        make_thumbnails(ctx, _without_thumbnail(ctx, run.outcomes) if not stopped else ())
    except Cancelled:
        stopped = _STOPPED
    report = ImportReport(tuple(run.outcomes), stopped, run.left_in_place, pace.seconds, pace.size)
    return Effect(changed=frozenset({Kind.STUDIES}), value=report, notice=report.summary)


class _Import:
    """One import that runs: what has been told of it, and what waits for the next transaction."""

    def __init__(self, ctx: Context, intake: Intake, pace: Pace, reference: bool | None) -> None:
        self._ctx = ctx
        self._intake = intake
        self._pace = pace
        self._reference = reference
        self._batch: list[tuple[Incoming, Met]] = []
        self._batch_bytes = self._batch_frames = 0
        self._seen: list[Seen] = []  # for the ledger, of what is no instance
        self.outcomes: list[FileOutcome] = []
        self.left_in_place = 0

    def everything(self, paths: Sequence[Path]) -> str:
        """Import what lies under `paths`. Says why it stopped, "" where it came to the end."""
        stopped = ""
        try:
            try:
                met = walk(paths)
                while chunk := list(islice(met, _COMPARED)):
                    self._some(chunk)
                self._commit()
            except Cancelled:
                stopped = _STOPPED
            self._commit()
        except DiskFull:
            stopped = "The disk is full. What was imported before is kept."
        finally:
            self._drop(item for item, _ in self._batch)
        return stopped

    def _some(self, chunk: Sequence[Met | FileRefused]) -> None:
        met = [one for one in chunk if isinstance(one, Met)]
        with self._ctx.records("study.import", compared=len(met)) as records:
            known = records.sources.at(_key(one.path) for one in met if _is_text(one.path))
        for one in chunk:
            self._pace.file(one.path)
            if isinstance(one, FileRefused):
                self._not_taken(one, None)
            else:
                self._file(one, known.get(_key(one.path)))

    def _file(self, met: Met, seen: Seen | None) -> None:
        if seen is not None and _lies_as(met, seen):
            if seen.status == _ARCHIVE and self._is_unchanged_archive(met, seen):
                return
            if seen.status != _ARCHIVE and self.is_unchanged(met.path, seen):
                return
        entries = _Entries(self, met)
        for source in sources_of(met, entries.is_unchanged):
            label = source.path if isinstance(source, FileRefused) else source.label
            entries.add(label, can_read=not isinstance(source, CannotRead))
            if isinstance(source, FileRefused):
                self._not_taken(source, met)
            else:
                self._take(source, met, stays=self._stays(source))
        if entries.is_whole_archive:
            line = Seen(_key(met.path), met.size, met.mtime_ns, _ARCHIVE, str(entries.count))
            self._seen.append(line)  # in the transaction of its last entry, or a later one

    def _is_unchanged_archive(self, met: Met, archive: Seen) -> bool:
        """Whether every entry that it had is known and still in the library; then they are told."""
        entries = self.inside(met)
        if len(entries) != int(archive.reason) or not all(map(_is_settled, entries.values())):
            return False
        for one in entries.values():
            self.entry(met.path + one.path.removeprefix(archive.path), one)
        return True

    def inside(self, met: Met) -> dict[str, Seen]:
        """What the ledger has of the entries of an archive that lies as it did."""
        if not _is_text(met.path):
            return {}
        with self._ctx.records("study.import", compared=1) as records:
            seen = records.sources.inside(_key(met.path))
        return {path: one for path, one in seen.items() if _lies_as(met, one)}

    def entry(self, label: str, seen: Seen | None) -> bool:
        """An entry is met in an archive; whether it is known, and so told."""
        self._pace.file(label)
        return seen is not None and self.is_unchanged(label, seen)

    def is_unchanged(self, label: str, seen: Seen) -> bool:
        """Whether nothing needs to be read to know what becomes of it; then that is told."""
        if not _is_settled(seen):
            return False
        status = "unchanged" if seen.status in _THERE else seen.status.split()[0]
        self.outcomes.append(FileOutcome(label, status, seen.reason, seen.series_instance_uid))
        return True

    def _take(self, source: Source, met: Met, *, stays: bool) -> None:
        try:
            item = take_in(source, self._intake, self._pace.read, reference=stays)
        except FileRefused as refusal:
            self._not_taken(refusal, met)
            return
        self._batch.append((item, met))
        self._batch_bytes += item.instance.size_bytes
        self._batch_frames += item.instance.frames
        if len(self._batch) >= BATCH or self._batch_bytes >= _BATCH_BYTES or self._batch_frames >= _BATCH_FRAMES:
            self._commit()

    def _stays(self, source: Source) -> bool:
        """Whether this file is left where it is."""
        if self._reference is not None:
            return self._reference
        return bool(source.path) and is_read_only(os.path.dirname(source.path))  # noqa: PTH120  once a file

    def _not_taken(self, refusal: FileRefused, met: Met | None) -> None:
        status = "skipped" if isinstance(refusal, NotDicom) else "refused"
        self.outcomes.append(FileOutcome(refusal.path, status, refusal.reason))
        if met is not None and not isinstance(refusal, CannotRead) and _is_text(refusal.path):
            told = f"{status} {__version__}"  # a later version may be able to read it
            self._seen.append(Seen(_key(refusal.path), met.size, met.mtime_ns, told, refusal.reason))

    def _commit(self) -> None:
        """Files, their instances and the ledger's lines: together or not at all."""
        if not self._batch and not self._seen:
            return
        self._intake.sync()
        written = [item.vault_file.id for item, _ in self._batch if item.vault_file is not None]
        with self._ctx.records("study.import", files=len(self._batch)) as records:
            every = [(_put(records, item), item, met) for item, met in self._batch]
            placed = [one for one in every if one[0].status != TO_COPY.status]
            lines = [_line(*one) for one in placed if _is_text(one[0].path)]
            records.sources.put([*self._seen, *lines])
            known = records.files.many(written)
        self._batch, self._seen = [], []
        self._batch_bytes = self._batch_frames = 0
        self.outcomes += [told for told, _, _ in placed]
        self.left_in_place += sum(told.status == "imported" and item.vault_file is None for told, item, _ in placed)
        self._drop(item for _, item, _ in every if item.vault_file is not None and item.vault_file.id not in known)
        self._intake.settled()
        self._copy([(item, met) for told, item, met in every if told.status == TO_COPY.status])

    def _copy(self, items: Iterable[tuple[Incoming, Met]]) -> None:
        """Take these in once more, with their bytes; the next transaction holds them."""
        for item, met in items:
            if not self._ctx.job.is_cancelled:  # else importing again meets it again
                self._take(item.source, met, stays=False)

    def _drop(self, items: Iterable[Incoming]) -> None:
        """A file that the records do not know has no place in the vault."""
        for item in items:
            if item.vault_file is not None:
                self._ctx.vault.remove(item.vault_file.id)


class _Entries:
    """What an archive holds, and what is known of it, asked of the ledger once it shows that it is an archive."""

    def __init__(self, run: _Import, met: Met) -> None:
        self._run = run
        self._met = met
        self._seen: dict[str, Seen] | None = None
        self._labels: set[str] = set()
        self._could_read = True

    def is_unchanged(self, label: str) -> bool:
        """Whether this entry need not be unpacked."""
        if self._seen is None:
            self._seen = self._run.inside(self._met)
        is_known = self._run.entry(label, self._seen.get(_key(label)))
        if is_known:
            self._labels.add(label)
        return is_known

    def add(self, label: str, *, can_read: bool) -> None:
        """An entry that is looked at, or refused by its name."""
        self._labels.add(label)
        self._could_read &= can_read and _is_text(label)

    @property
    def is_whole_archive(self) -> bool:
        """Whether this was an archive of which every entry is now told in the ledger."""
        return self._could_read and self._labels != {self._met.path}

    @property
    def count(self) -> int:
        """How many lines the ledger has for it."""
        return len(self._labels)


def _put(records: Records, item: Incoming) -> FileOutcome:
    came = Held(item.label, study_of(item.header), series_of(item.header), item.instance)
    placed = place(records, came, item.vault_file)
    return FileOutcome(item.label, placed.status, placed.reason, item.instance.series_instance_uid)


def _line(told: FileOutcome, item: Incoming, met: Met) -> Seen:
    """What the ledger keeps of a file that was read to its end."""
    uids = (item.instance.sop_instance_uid, item.instance.series_instance_uid)
    return Seen(_key(told.path), met.size, met.mtime_ns, told.status, told.reason, *uids)


def _is_settled(seen: Seen) -> bool:
    """Whether a file that lies as it did needs no reading. What is held, or refused beside the library, is read again:
    that may have been decided meanwhile."""
    return seen.status in _THERE or seen.status in tuple(f"{status} {__version__}" for status in _NOT_TAKEN)


def _lies_as(met: Met, seen: Seen) -> bool:
    return (seen.size, seen.mtime_ns) == (met.size, met.mtime_ns)


def _key(path: str) -> str:
    """The ledger's name of a path: the same from whichever folder the import is started."""
    return path if path.startswith("/") else os.path.abspath(path)  # noqa: PTH100  without following links


def _is_text(path: str) -> bool:
    """Whether the ledger can hold it: a file system allows bytes that are no text."""
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def _without_thumbnail(ctx: Context, outcomes: Sequence[FileOutcome]) -> set[SeriesUid]:
    """Of the series that were met: an import that was killed before may have left some without."""
    series = {file.series_instance_uid for file in outcomes if file.series_instance_uid and file.status in _PRESENT}
    if not series:
        return set()
    with ctx.records("study.import", series=len(series)) as records:
        return records.sources.without_thumbnail(series)
