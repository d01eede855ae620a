"""How a verb joins the command line: its name, its handler, its arguments."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from medscan_desktop.app.printing import Printer
from medscan_desktop.persistence.home import Home
from medscan_desktop.workstation.workstation import Workstation

Handler = Callable[[Workstation, argparse.Namespace, Printer], int]
OutsideHandler = Callable[[Home, argparse.Namespace, Printer], int]  # for what needs no open library
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Adder:
    """Adds verbs to one parser, or to a group such as `medscan export …`."""

    def __init__(self, verbs: Subparsers, common: argparse.ArgumentParser) -> None:
        self._verbs = verbs
        self._common = common

    def verb(self, name: str, handler: Handler, text: str) -> argparse.ArgumentParser:
        """A verb on an open library; its arguments are added to the parser that this gives."""
        return self._added(name, text, handler=handler, outside=None)

    def outside(self, name: str, handler: OutsideHandler, text: str) -> argparse.ArgumentParser:
        """A verb that needs no open library."""
        return self._added(name, text, handler=None, outside=handler)

    def group(self, name: str, text: str) -> "Adder":
        """Verbs behind a first word."""
        group = self._verbs.add_parser(name, help=text).add_subparsers(required=True, metavar="WHAT")
        return Adder(group, self._common)

    def _added(
        self, name: str, text: str, *, handler: Handler | None, outside: OutsideHandler | None
    ) -> argparse.ArgumentParser:
        verb = self._verbs.add_parser(name, help=text, parents=[self._common])
        verb.set_defaults(handler=handler, outside=outside)
        return verb


def path_argument(text: str) -> Path:
    """An empty path is a variable that was not set, never the folder one happens to be in."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)
