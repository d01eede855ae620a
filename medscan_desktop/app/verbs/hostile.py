"""`medscan hostile`: files that ended or hung a decoder and are not tried again, and trying them again."""

import argparse
from dataclasses import asdict

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.services.hostile import forget_hostile, list_hostile
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    hostile = add.group("hostile", "files that ended or hung a decoder")
    hostile.verb("list", _list, "which they are, and why")
    forget = hostile.verb("forget", _forget, "let them be tried again")
    which = forget.add_mutually_exclusive_group(required=True)
    which.add_argument("sha256", nargs="*", default=[], metavar="SHA256")
    which.add_argument("--all", action="store_true")


def _list(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    rows = [asdict(file) for file in workstation.answer(list_hostile)]
    return printer.rows(rows, "No file is kept from being tried.")


def _forget(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    count = workstation.answer(forget_hostile, sha256s=None if options.all else tuple(options.sha256))
    return printer.value({"forgotten": count}, [f"{count} to be tried again."])
