"""The command line: the same use cases without a window.

Exit 0: done. 1: refused or failed, with one line on stderr. 2: wrong usage. 130: stopped by Ctrl+C.

The user and every secret come from the environment (MEDSCAN_USER, MEDSCAN_PASSWORD_FILE, MEDSCAN_PASSPHRASE_FILE),
never from an argument: arguments show in the list of processes.
"""

import argparse
import logging
import secrets
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from medscan_desktop import __version__
from medscan_desktop.app.credentials import passphrase, password, user_name
from medscan_desktop.app.logs import start_logging
from medscan_desktop.app.printing import STOPPED, Printer, say
from medscan_desktop.app.unlocking import open_library
from medscan_desktop.app.verbs import VERBS
from medscan_desktop.app.verbs.adding import Adder, Handler, OutsideHandler, path_argument
from medscan_desktop.domain.errors import MedScanError, NotAllowed
from medscan_desktop.persistence.home import Home
from medscan_desktop.services.session import log_in
from medscan_desktop.workstation.jobs import InlineJobs

_log = logging.getLogger("medscan.cli")


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medscan", description="MedScan Desktop without a window.")
    parser.add_argument("--version", action="version", version=f"medscan {__version__}")
    parser.add_argument("--home", type=path_argument, required=True, help="the folder of the library")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    common = argparse.ArgumentParser(add_help=False)  # --json may stand before or behind the command
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for programs")
    adder = Adder(parser.add_subparsers(required=True, metavar="COMMAND"), common)
    for add_verbs in VERBS:
        add_verbs(adder)
    return parser
