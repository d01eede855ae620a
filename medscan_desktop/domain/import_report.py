"""What an import did, file by file: grouped for people, and as a table or a text to keep."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from medscan_desktop.domain.shown import shown

NOT_TAKEN_IN = ("refused", "held", "skipped")  # in this order: what needs somebody first
WORDS = {
    "imported": "imported",
    "already there": "already there",
    "unchanged": "unchanged",
    "held": "to be reconciled",
    "refused": "refused",
    "skipped": "not DICOM",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a cell
_LISTED = 12  # files of no DICOM that are named one by one; a viewer on a disc has hundreds


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    "imported", "already there" (the same bytes from elsewhere), "unchanged" (since it was imported, so not opened),
    "held" (it waits in the reconcile list), "skipped" (no DICOM) or "refused".
    """

    path: str
    status: str
    reason: str = ""
    series_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Files that share an outcome and its reason."""

    status: str
    reason: str
    files: tuple[FileOutcome, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file that was met. `stopped` says why the rest was not looked at, "" where all was."""

    files: tuple[FileOutcome, ...]
    stopped: str = ""
    left_in_place: int = 0  # files that were not copied, on media that cannot be written
    seconds: float = 0.0
    size: int = 0  # bytes read

    def count(self, status: str) -> int:
        """How many files ended so."""
        return sum(file.status == status for file in self.files)

    @property
    def imported(self) -> int:
        """How many files are new in the library."""
        return self.count("imported")

    @property
    def refused(self) -> tuple[FileOutcome, ...]:
        """The DICOM files that were not taken in."""
        return tuple(file for file in self.files if file.status == "refused")

    @property
    def held(self) -> tuple[FileOutcome, ...]:
        """What contradicts the library and waits for a decision."""
        return tuple(file for file in self.files if file.status == "held")

    @property
    def skipped(self) -> tuple[FileOutcome, ...]:
        """What is no DICOM."""
        return tuple(file for file in self.files if file.status == "skipped")

    @property
    def summary(self) -> str:
        """`600 imported, 2 refused.`"""
        parts = [f"{self.imported:,} imported"]
        parts += [
            f"{n:,} {word}" for status, word in WORDS.items() if status != "imported" and (n := self.count(status))
        ]
        told = (f"{self.stopped} " if self.stopped else "") + ", ".join(parts) + "."
        if self.left_in_place:
            told += f" {self.left_in_place:,} were left on read-only media and open only while it is there."
        return told

    @property
    def others(self) -> list[str]:
        """`2 refused`, for each other outcome that there is."""
        counts = ((self.count(status), word) for status, word in WORDS.items() if status != "imported")
        return [f"{count:,} {word}" for count, word in counts if count]

    @property
    def pace(self) -> str:
        """`12.3 s, 480 files/s, 251 MB/s`."""
        if self.seconds <= 0:
            return ""
        files, megabytes = len(self.files) / self.seconds, self.size / self.seconds / 1e6
        return f"{self.seconds:.1f} s, {files:,.0f} files/s, {megabytes:,.0f} MB/s"


def grouped(files: Iterable[FileOutcome]) -> list[Group]:
    """Those that were not taken in by outcome and reason, what needs somebody first, the largest group first."""
    groups: dict[tuple[str, str], list[FileOutcome]] = {}
    for file in files:
        if file.status in NOT_TAKEN_IN:
            groups.setdefault((file.status, file.reason), []).append(file)
    made = [Group(status, reason, tuple(found)) for (status, reason), found in groups.items()]
    return sorted(made, key=lambda one: (NOT_TAKEN_IN.index(one.status), -len(one.files), one.reason))


def csv_text(report: ImportReport) -> str:
    """Every file's outcome as CSV; cells that a spreadsheet would take for a formula are quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("file", "outcome", "reason"))
    for file in report.files:
        writer.writerow(_safe(shown(cell)) for cell in (file.path, file.status, file.reason))
    return out.getvalue()


def plain_text(report: ImportReport) -> str:
    """The summary and what was not taken in, by reason."""
    lines = [report.summary, report.pace, ""]
    for group in grouped(report.files):
        lines += [*group_lines(group), ""]
    return "\n".join(shown(line) for line in lines).rstrip() + "\n"


def group_lines(group: Group) -> Iterator[str]:
    """A group's heading and its files; many files of no DICOM by folder."""
    count = len(group.files)
    if count == 1:
        yield f"{WORDS[group.status]}: {group.files[0].path}: {group.reason}"
        return
    yield f"{WORDS[group.status]}: {count:,} files: {group.reason}"
    if group.status != "skipped" or count <= _LISTED:
        yield from (f"  {file.path}" for file in group.files)
        return
    folders: dict[str, int] = {}
    for file in group.files:
        folder = str(PurePath(file.path).parent)
        folders[folder] = folders.get(folder, 0) + 1
    yield from (f"  {folder}: {n:,} {'file' if n == 1 else 'files'}" for folder, n in folders.items())


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
