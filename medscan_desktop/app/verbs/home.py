"""`medscan init` and `medscan health`: the library as a whole."""

import argparse
import json
from pathlib import Path

from medscan_desktop.app.credentials import passphrase, password, user_name
from medscan_desktop.app.printing import Printer, told
from medscan_desktop.app.unlocking import make_library
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.errors import MedScanError, NotAllowed
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.whole_file import write_whole
from medscan_desktop.services.health import check_health
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    init = add.outside("init", _init, "make the keys, the database and the first user")
    init.add_argument("--recovery-file", type=path_argument, help="also write the recovery key here")
    add.verb("health", _health, "look at everything")


def _init(home: Home, options: argparse.Namespace, printer: Printer) -> int:
    if home.is_made:
        raise NotAllowed(f"{home.root}: there is a library here already.")
    parts, recovery_key = make_library(
        home, InlineJobs(), name=user_name(), password=password(), passphrase=passphrase()
    )
    parts.close()
    try:
        if options.recovery_file is not None:
            write_whole(options.recovery_file, f"{recovery_key}\n".encode())
    except MedScanError:  # the library is there: a key that nobody saw could never be had again
        _print_recovery_key(printer, recovery_key, None)
        raise
    return _print_recovery_key(printer, recovery_key, options.recovery_file)


def _print_recovery_key(printer: Printer, key: str, file: Path | None) -> int:
    """Shown once, never again."""
    if printer.as_json:
        print(json.dumps({"recovery_key": key, "recovery_file": str(file) if file else None}))
    else:
        print("The library is ready. Recovery key, shown this once; print it and lock it away:")
        print(f"  {key}")
    return 0


def _health(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    """1 where anything is wrong."""
    checks = workstation.answer(check_health)
    printer.rows([{"check": one.name, "detail": one.detail, "problem": one.problem} for one in checks], "")
    return told([f"{one.name}: {one.problem}" for one in checks if one.problem])
