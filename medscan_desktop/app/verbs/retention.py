"""`medscan retention`: how long studies stay."""

import argparse
from dataclasses import fields, replace
from typing import Any

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.disk import disk_text
from medscan_desktop.domain.retention import Doomed, RetentionRules, Spared
from medscan_desktop.services.retention import (
    DryRun,
    RetentionRun,
    Storage,
    dry_run_retention,
    run_retention,
    set_retention,
    show_retention,
)
from medscan_desktop.workstation.workstation import Workstation

_OFF = "off"
_TEXTS = {
    "study_days": "delete studies older than so many days",
    "imported_days": "delete studies imported longer ago than so many days",
    "unopened_days": "delete studies not opened for so many days",
    "keep_free_gb": "make room until so many GB of the disk are free",
    "most_gb": "make room until the library holds no more than so many GB",
    "grace_hours": "never what was imported or opened within so many hours",
}


def add_verbs(add: Adder) -> None:
    """Add them."""
    group = add.group("retention", "how long studies stay")
    group.verb("show", _show, "what takes up room, and the rules")
    rules = group.verb("set", _set, "change rules; what is not named stays as it is")
    for name, text in _TEXTS.items():
        kind = int if name.endswith(("days", "hours")) else float
        rules.add_argument(f"--{name.replace('_', '-')}", type=_limit(kind), metavar="N|off", help=text)
    group.verb("dry-run", _dry_run, "what would be deleted now, and why")
    group.verb("run", _run, "delete it")


def _limit(kind: type[int] | type[float]) -> Any:
    def number(text: str) -> int | float | str:
        return _OFF if text == _OFF else kind(text)

    number.__name__ = "number"  # as argparse says it of a wrong one
    return number


def _show(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    storage: Storage = workstation.answer(show_retention)
    use, room = storage.use, storage.room
    lines = [
        f"{use.studies:,} studies, {use.instances:,} images, {use.on_hold:,} studies under legal hold",
        f"{disk_text(use.vault_bytes)} images in the vault, {disk_text(use.referenced_bytes)} only referenced",
        f"{disk_text(use.held_bytes)} held in the reconcile list, {disk_text(use.other_bytes)} masks and key images",
        f"{disk_text(room.free)} of the disk are free",
        *_rule_lines(storage.rules),
    ]
    value = {name: getattr(use, name) for name in (field.name for field in fields(use))}
    return printer.value({**value, "free": room.free, "rules": storage.rules.to_json()}, lines)


def _set(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    storage: Storage = workstation.answer(show_retention)
    given = {name: getattr(options, name) for name in _TEXTS if getattr(options, name) is not None}
    default = RetentionRules()
    changed = {name: getattr(default, name) if value == _OFF else value for name, value in given.items()}
    rules: RetentionRules = workstation.answer(set_retention, rules=replace(storage.rules, **changed))
    return printer.value(rules.to_json(), _rule_lines(rules))


def _dry_run(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    dry: DryRun = workstation.answer(dry_run_retention)
    plan = dry.plan
    rows = [_row(one, dry.names) for one in plan.doomed] + [_row(one, dry.names) for one in plan.spared]
    lines = ["All rules are off."] if dry.rules.are_off else []
    lines += [f"would go: {_line(one, dry.names)}" for one in plan.doomed]
    lines += [f"kept: {_line(one, dry.names)}; but {one.kept_by}" for one in plan.spared]
    lines += [f"{len(plan.doomed):,} studies would go, freeing {disk_text(plan.frees)}; {len(plan.spared):,} are kept."]
    lines += [f"{disk_text(plan.short_by)} more are wanted than may go."] if plan.short_by else []
    return printer.value({"studies": rows, "frees": plan.frees, "short_by": plan.short_by}, lines)


def _run(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    run: RetentionRun = workstation.answer(run_retention)
    lines = [f"deleted: {_line(one, {})}" for one in run.deleted]
    lines += [f"kept: {_line(one, {})}; but {one.kept_by}" for one in run.spared]
    lines += [workstation.notices[-1]]
    if not run.is_erased:
        lines.append("Another process uses the library: the last traces go when it is closed everywhere.")
    value = {"deleted": [_row(one, {}) for one in run.deleted], "kept": [_row(one, {}) for one in run.spared]}
    return printer.value({**value, "freed": run.freed, "is_erased": run.is_erased}, lines)


def _rule_lines(rules: RetentionRules) -> list[str]:
    values = rules.to_json()
    return [f"{name.replace('_', '-'):14}{_OFF if values[name] is None else values[name]}" for name in _TEXTS]


def _line(one: Doomed | Spared, names: dict[Any, str]) -> str:
    stored = one.stored
    name = names.get(stored.study_instance_uid, "")
    who = f"{stored.study_instance_uid} {name}".strip()
    return f"{who} ({stored.instances:,} images, {disk_text(stored.vault_bytes)}): {one.reason}"


def _row(one: Doomed | Spared, names: dict[Any, str]) -> Row:
    stored = one.stored
    return {
        "study_instance_uid": stored.study_instance_uid,
        "patient_name": names.get(stored.study_instance_uid, ""),
        "study_date": stored.study_date,
        "imported_at": stored.imported_at,
        "opened_at": stored.opened_at,
        "vault_bytes": stored.vault_bytes,
        "reason": one.reason,
        "kept_by": one.kept_by if isinstance(one, Spared) else "",
    }
