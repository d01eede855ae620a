"""What the command line prints: tables for people, JSON for programs. Each method answers the exit code."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medscan_desktop.domain.shown import shown

STOPPED = 130  # exit code, as shells count an end by Ctrl+C
Row = dict[str, Any]


class Printer:
    """Prints values the way the caller asked for."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def rows(self, rows: Sequence[Row], empty: str) -> int:
        """A line a row, under the names of the columns; `empty` where there is none."""
        if self.as_json:
            print(json.dumps(rows, indent=1, ensure_ascii=False))
        elif not rows:
            print(empty)
        else:
            _print_table(rows)
        return 0

    def value(self, value: Any, lines: Sequence[str]) -> int:
        """One answer: `value` for programs, `lines` for people."""
        if self.as_json:
            print(json.dumps(value, indent=1, ensure_ascii=False))
        else:
            for line in lines:
                print(shown(line))
        return 0

    def written(self, path: Path) -> int:
        """A file has been written."""
        print(json.dumps({"path": str(path)}) if self.as_json else f"{path}")
        return 0


def say(sentence: str) -> None:
    """One line on stderr, whatever the names in it hold."""
    print(f"medscan: {shown(sentence)}", file=sys.stderr)


def told(problems: Sequence[str]) -> int:
    """Say what is wrong, if anything; the exit code."""
    if problems:
        say("; ".join(problems))
    return 1 if problems else 0


def _print_table(rows: Sequence[Row]) -> None:
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else shown(str(value))
