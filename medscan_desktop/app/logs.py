"""The program's own log, by an allow-list: event names and numbers pass, text does not, so no patient data can.

An event name is what matches `^[a-z0-9_.]{1,64}$`; a foreign library's message becomes its logger's name. An exception
becomes its type and where it was raised, without its message.
"""

import logging
import re
import sys
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import TextIO

_EVENT = re.compile(r"^[a-z0-9_.]{1,64}$")
_SAFE_EXTRAS = ("reference", "command")  # made by the program, never by a file or a person


class SafeFormatter(logging.Formatter):
    """One line a record: time, level, logger, event, safe extras, exception type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. Arguments are dropped unless they are numbers."""
        event = str(record.msg) if _EVENT.match(str(record.msg)) else "message.withheld"
        parts = [self.formatTime(record), record.levelname, record.name, event]
        parts += [
            f"{name}={getattr(record, name)}" for name in _SAFE_EXTRAS if _EVENT.match(str(getattr(record, name, "")))
        ]
        if isinstance(record.args, tuple):
            parts += [str(value) for value in record.args if isinstance(value, int | float)]
        if record.exc_info and record.exc_info[0]:
            parts.append(_exception(record.exc_info[0], record.exc_info[2]))
        return " ".join(parts)


def _exception(kind: type[BaseException], trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-8:]
    return f"{kind.__name__} " + " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))


def start_logging(folder: Path | None, *, stream: TextIO | None = None) -> None:
    """Send every log record, warning and uncaught exception through the allow-list, to a file or a stream."""
    handlers: list[logging.Handler] = []
    if folder is not None:
        handlers.append(logging.FileHandler(folder / "medscan.log", encoding="utf-8", delay=True))
    if stream is not None:
        handlers.append(logging.StreamHandler(stream))
    for handler in handlers or [logging.NullHandler()]:
        handler.setFormatter(SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = handlers or [logging.NullHandler()]
    root.setLevel(logging.INFO)
    for name in ("sqlalchemy.engine", "alembic", "fontTools", "pydicom", "highdicom", "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("medscan").critical("uncaught", exc_info=(kind, error, trace))
