"""`medscan audit`: the log, and the proof that it is whole."""

import argparse

from medscan_desktop.app.printing import Printer, Row, told
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.audit import AuditEvent
from medscan_desktop.services.audit import export_audit, list_audit, verify_audit
from medscan_desktop.workstation.workstation import Workstation

_MOST_EVENTS = 1_000_000_000


def add_verbs(add: Adder) -> None:
    """Add them."""
    audit = add.group("audit", "the audit log")
    audit.verb("list", _list, "the newest events").add_argument("--limit", type=_count, default=200)
    audit.verb("verify", _verify, "prove the log whole")
    export = audit.verb("export", _export, "the log as DICOM audit messages")
    export.add_argument("--out", type=path_argument, required=True, metavar="PATH")


def _list(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    events = workstation.answer(list_audit, limit=options.limit)
    return printer.rows([_event_row(event) for event in events], "No event.")


def _verify(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    """1 where the log is not whole."""
    found = workstation.answer(verify_audit)
    problems = list(found.problems)
    verdict = f"{found.events} events: " + ("ok" if found.ok else "TAMPERED")
    printer.value(
        {"ok": found.ok, "events": found.events, "problems": problems}, [verdict, *(f"  {text}" for text in problems)]
    )
    return told(problems)


def _export(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_audit, out=options.out)
    return printer.written(options.out)


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_EVENTS:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to {_MOST_EVENTS}")
    return number


def _event_row(event: AuditEvent) -> Row:
    """An audit event as a program reads it."""
    return {
        "sequence": event.sequence,
        "at": event.at,
        "user": event.user,
        "action": event.action,
        "outcome": event.outcome.value,
        "object_id": event.object_id,
        "detail": dict(event.detail),
    }
