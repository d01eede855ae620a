"""pydicom and highdicom without a word: their warnings quote values of the file, and ours are sentences of our own."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOGGERS = ("pydicom", "highdicom")
_lock = threading.RLock()  # the warning filters belong to the process


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, neither library warns or logs. One thread at a time."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
