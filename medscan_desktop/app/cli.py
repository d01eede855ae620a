"""The command line: the same use cases without a window.

Exit 0: done. 1: refused or failed, with one line on stderr. 2: wrong usage. 130: stopped by Ctrl+C.

The user and every secret come from the environment (MEDSCAN_USER, MEDSCAN_PASSWORD_FILE, MEDSCAN_PASSPHRASE_FILE),
never from an argument: arguments show in the list of processes.
"""

import argparse
import logging
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TypeAlias

from medscan_desktop import __version__
from medscan_desktop.app.build import models_folder
from medscan_desktop.app.credentials import passphrase, password, user_name
from medscan_desktop.app.logs import start_logging
from medscan_desktop.app.printing import Printer, say
from medscan_desktop.app.unlocking import make_library, open_library
from medscan_desktop.domain.errors import MedScanError, NotAllowed
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.whole_file import write_whole
from medscan_desktop.scene.workspace import ViewKind
from medscan_desktop.services.audit import export_audit, list_audit, verify_audit
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding, list_findings, reject_finding
from medscan_desktop.services.health import check_health
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.models import list_models, run_model, verify_models
from medscan_desktop.services.session import log_in
from medscan_desktop.services.snapshots import export_snapshot
from medscan_desktop.services.studies import list_series, search_studies
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation

_log = logging.getLogger("medscan.cli")
_MOST_EVENTS = 1_000_000_000
STOPPED = 130  # as shells count an end by Ctrl+C

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Handler = Callable[[Workstation, argparse.Namespace, Printer], int]
OutsideHandler = Callable[[Home, argparse.Namespace, Printer], int]  # for what needs no open library


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a name that the terminal's encoding lacks must not end the command
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except MedScanError as error:
        say(str(error))
    except BrokenPipeError:
        pass
    except KeyboardInterrupt:
        say("Stopped. What was finished before is kept.")
        return STOPPED
    except Exception as error:  # what fails outside of the gate is logged like what fails inside
        reference = secrets.token_hex(4)
        _log.error("command.failed", exc_info=error, extra={"reference": reference})
        say(f"Something went wrong inside the program ({type(error).__name__}). Reference {reference}.")
    return 1


def _run(options: argparse.Namespace) -> int:
    home = Home(options.home.resolve())
    printer = Printer(as_json=options.json)
    if options.outside is not None:
        start_logging(None)
        outside: OutsideHandler = options.outside
        return outside(home, options, printer)
    if not home.is_made:
        raise NotAllowed(f"{home.root}: there is no library here; make one with `medscan --home DIR init`.")
    start_logging(home.logs)
    parts = open_library(home, InlineJobs(), passphrase())
    try:
        workstation = parts.workstation
        if parts.rollback_problem:
            say(f"warning: {parts.rollback_problem}")
        workstation.answer(log_in, name=user_name(), password=password())
        handler: Handler = options.handler
        return handler(workstation, options, printer)
    finally:
        parts.close()


def _init(home: Home, options: argparse.Namespace, printer: Printer) -> int:
    if home.is_made:
        raise NotAllowed(f"{home.root}: there is a library here already.")
    parts, recovery_key = make_library(
        home, InlineJobs(), name=user_name(), password=password(), passphrase=passphrase()
    )
    parts.close()
    if options.recovery_file is not None:
        write_whole(options.recovery_file, f"{recovery_key}\n".encode())
    return printer.recovery_key(recovery_key, options.recovery_file)


def _import(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    report = workstation.answer(import_files, paths=tuple(options.paths), reference=options.reference)
    return printer.import_report(report)


def _studies(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    return printer.studies(workstation.answer(search_studies, text=options.search))


def _series(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    return printer.series(workstation.answer(list_series, study_instance_uid=StudyUid(options.study)))


def _findings(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    return printer.findings(workstation.answer(list_findings, study_instance_uid=StudyUid(options.study)))


def _models_list(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    return printer.models(workstation.answer(list_models))


def _models_verify(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    return printer.verified_models(workstation.answer(verify_models))


def _install_models(_home: Home, _options: argparse.Namespace, _printer: Printer) -> int:
    recipe = models_folder() / "build.py"
    if not recipe.exists():
        raise NotAllowed("This installation brings its models with it; there is nothing to install.")
    return int(bool(subprocess.run([sys.executable, str(recipe)], check=False).returncode))


def _run_model(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    finding = workstation.answer(run_model, model_id=options.model, series_instance_uid=SeriesUid(options.series))
    return printer.finding(finding)


def _decide(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    finding_id = FindingId(options.finding)
    return printer.finding(workstation.answer(options.command, finding_id=finding_id, reason=options.reason))


def _snapshot(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(
        export_snapshot,
        series_instance_uid=SeriesUid(options.series),
        plane=ViewKind(options.plane),
        index=options.index,
        window=options.window,
        finding_id=FindingId(options.finding) if options.finding else None,
        out=options.out,
    )
    return printer.written(options.out)


def _export_seg(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_seg, finding_id=FindingId(options.finding), out=options.out)
    return printer.written(options.out)


def _export_pdf(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_pdf, study_instance_uid=StudyUid(options.study), out=options.out)
    return printer.written(options.out)


def _audit_list(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    return printer.events(workstation.answer(list_audit, limit=options.limit))


def _audit_verify(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    return printer.verification(workstation.answer(verify_audit))


def _audit_export(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_audit, out=options.out)
    return printer.written(options.out)


def _health(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    return printer.checks(workstation.answer(check_health))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medscan", description="MedScan Desktop without a window.")
    parser.add_argument("--version", action="version", version=f"medscan {__version__}")
    parser.add_argument("--home", type=_path, required=True, help="the folder of the library")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    common = argparse.ArgumentParser(add_help=False)  # --json may stand before or behind the command
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for programs")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, handler: Handler | None, text: str, group: Verbs = verbs, *, outside: OutsideHandler | None = None
    ) -> argparse.ArgumentParser:
        verb = group.add_parser(name, help=text, parents=[common])
        verb.set_defaults(handler=handler, outside=outside)
        return verb

    init = add("init", None, "make the keys, the database and the first user", outside=_init)
    init.add_argument("--recovery-file", type=_path, help="also write the recovery key here")
    imports = add("import", _import, "bring in folders, files, ZIP archives, a DICOMDIR")
    imports.add_argument("paths", type=_path, nargs="+", metavar="PATH")
    imports.add_argument("--reference", action="store_true", help="leave plain files where they are (read-only media)")
    add("studies", _studies, "list studies").add_argument("--search", default="", metavar="TEXT")
    add("series", _series, "list the series of a study").add_argument("study", metavar="STUDY_UID")
    add("findings", _findings, "list the findings of a study").add_argument("study", metavar="STUDY_UID")
    models = verbs.add_parser("models", help="the models at hand").add_subparsers(required=True, metavar="WHAT")
    add("list", _models_list, "list them", models)
    add("verify", _models_verify, "hold their files to the hashes of their cards", models)
    add("install", None, "make the ONNX files that are missing", models, outside=_install_models)
    run = add("run", _run_model, "run a model on a series")
    run.add_argument("model", metavar="MODEL")
    run.add_argument("--series", required=True, metavar="UID")
    for name, command in (("accept", accept_finding), ("reject", reject_finding)):
        decide = add(name, _decide, f"{name} a finding")
        decide.set_defaults(command=command)
        decide.add_argument("finding", metavar="FINDING")
        decide.add_argument("--reason", default="")
    _add_pictures(add)
    export = verbs.add_parser("export", help="write a finding or a page").add_subparsers(required=True, metavar="WHAT")
    seg = add("seg", _export_seg, "an accepted finding as DICOM Segmentation", export)
    seg.add_argument("--finding", required=True, metavar="ID")
    pdf = add("pdf", _export_pdf, "a study's findings as one page", export)
    pdf.add_argument("--study", required=True, metavar="UID")
    for verb in (seg, pdf):
        verb.add_argument("--out", type=_path, required=True, metavar="PATH")
    audit = verbs.add_parser("audit", help="the audit log").add_subparsers(required=True, metavar="WHAT")
    add("list", _audit_list, "the newest events", audit).add_argument("--limit", type=_count, default=200)
    add("verify", _audit_verify, "prove the log whole", audit)
    add("export", _audit_export, "the log as DICOM audit messages", audit).add_argument(
        "--out", type=_path, required=True, metavar="PATH"
    )
    add("health", _health, "look at everything")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_EVENTS:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to {_MOST_EVENTS}")
    return number


def _path(text: str) -> Path:
    """An empty path is a variable that was not set, never the folder one happens to be in."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _add_pictures(add: Callable[..., argparse.ArgumentParser]) -> None:
    snapshot = add("snapshot", _snapshot, "write a picture of a series")
    snapshot.add_argument("--series", required=True, metavar="UID")
    snapshot.add_argument("--plane", choices=[kind.value for kind in ViewKind], required=True)
    snapshot.add_argument("--index", type=int, metavar="N", help="slice, from 0")
    snapshot.add_argument("--window", default="", metavar="NAME")
    snapshot.add_argument("--finding", metavar="ID")
    snapshot.add_argument("--out", type=_path, required=True, metavar="F.png")
