"""`medscan import` and `medscan watch`: bringing files in, once or as they come."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from medscan_desktop.app.printing import STOPPED, Printer, say
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.import_report import ImportReport, csv_text, group_lines, grouped, plain_text
from medscan_desktop.domain.shown import shown
from medscan_desktop.persistence.whole_file import write_whole
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.watching import look_for_new_files
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.media import is_read_only
from medscan_desktop.workstation.watching import LOOK_EVERY_S, SETTLED_S, FolderWatch
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    imports = add.verb("import", _import, "bring in folders, files, ZIP archives, a DICOMDIR")
    imports.add_argument("paths", type=path_argument, nargs="+", metavar="PATH")
    imports.add_argument("--reference", action="store_true", help="leave plain files where they are (read-only media)")
    imports.add_argument(
        "--report",
        type=path_argument,
        metavar="FILE",
        help="every file's outcome as CSV, or as text where it ends .txt",
    )
    watch = add.verb("watch", _watch, "import what comes into a folder, until Ctrl+C")
    watch.add_argument("folder", type=path_argument, metavar="FOLDER")
    watch.add_argument("--once", action="store_true", help="import what is complete now, and end")


def _import(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    if not options.reference:
        _tell_read_only(options.paths)
    with _told(workstation), _stoppable(workstation):
        report: ImportReport = workstation.answer(import_files, paths=tuple(options.paths), reference=options.reference)
    if options.report is not None:
        text = plain_text(report) if options.report.suffix.lower() == ".txt" else csv_text(report)
        write_whole(options.report, text.encode(errors="backslashreplace"))
    return _print_report(printer, report)


def _watch(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    if not options.folder.is_dir():
        raise FileRefused(str(options.folder), "there is no such folder")
    watch = FolderWatch(options.folder)
    if not options.once:
        say(f"Watching {options.folder} until Ctrl+C; a file is imported {SETTLED_S:g} seconds after it was completed.")
    code = 0
    problem = ""
    while True:
        watch.next_look = 0.0
        due = workstation.answer(look_for_new_files, watches=(watch,))
        if watch.problem and watch.problem != problem:
            say(f"{options.folder}: {watch.problem}")
        problem = watch.problem
        if due:
            with _stoppable(workstation):
                report: ImportReport = workstation.answer(import_files, paths=due)
            code = _print_report(printer, report)
            if report.stopped:
                return code
        if options.once and not watch.is_waiting:
            return code
        time.sleep(max(LOOK_EVERY_S, watch.next_look - time.monotonic()))


def _tell_read_only(paths: list[Path]) -> None:
    for path in paths:
        folder = path if path.is_dir() else path.parent
        if is_read_only(str(folder)):
            say(f"{path} lies on read-only media and is copied into the library; --reference leaves it there.")


@contextmanager
def _told(workstation: Workstation) -> Iterator[None]:
    """How far it is, on one line of a terminal that is written anew."""
    if not sys.stderr.isatty():
        yield
        return

    def show(job: Job) -> None:
        if job.name == import_files.name and not job.is_finished:
            print(f"\r\x1b[2K{shown(job.text)[:118]}", end="", file=sys.stderr, flush=True)

    workstation.listen_jobs(show)
    try:
        yield
    finally:
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


@contextmanager
def _stoppable(workstation: Workstation) -> Iterator[None]:
    """Ctrl+C ends the import at the next file and keeps what is complete; a second one ends at once."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        for job in tuple(workstation.running):
            job.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print_report(printer: Printer, report: ImportReport) -> int:
    """1 where any DICOM file was not taken in, or where it was stopped; what is no DICOM is only listed."""
    rejected = report.refused + report.held
    if printer.as_json:
        body = {
            "imported": report.imported,
            "unchanged": report.count("unchanged"),
            "stopped": report.stopped,
            "files": [{"path": file.path, "status": file.status, "reason": file.reason} for file in report.files],
            "rejected": [{"path": file.path, "reason": file.reason} for file in rejected],
        }
        print(json.dumps(body, indent=1))
    else:
        for group in grouped(report.files):
            for line in group_lines(group):
                print(shown(line))
        sum_of_all = ", ".join([f"{report.imported:,} of {len(report.files):,} files imported", *report.others])
        print(f"{sum_of_all}. {report.pace}")
    if report.stopped:
        say(report.stopped)
        return STOPPED if report.stopped.startswith("Stopped") else 1
    if rejected:
        first = rejected[0]
        counts = (("refused", len(report.refused)), ("to be reconciled", len(report.held)))
        told = ", ".join(f"{count:,} {word}" for word, count in counts if count)
        say(f"of {len(report.files):,} files {told}; the first: {first.path}: {first.reason}")
    return 1 if rejected else 0
