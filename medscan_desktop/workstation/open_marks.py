"""Which studies are on a screen of this library just now, in whichever process: those must not be deleted."""

import os
from functools import cache

import psutil

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.records import Records

_PREFIX = "open."


def mark_open(records: Records, uid: StudyUid) -> None:
    """This process shows the study, and no other one."""
    records.preferences.put(_own_key(), {"study": uid})


def mark_beside(records: Records, uid: StudyUid) -> None:
    """This process shows a prior beside its study."""
    body = records.preferences.get(_own_key()) or {"study": uid}
    records.preferences.put(_own_key(), {**body, "priors": sorted({*body.get("priors", ()), uid})})


def unmark_beside(records: Records, uid: StudyUid) -> None:
    """This process shows a prior no more."""
    body = records.preferences.get(_own_key())
    if body is not None:
        left = [one for one in body.get("priors", ()) if one != uid]
        records.preferences.put(_own_key(), {**body, "priors": left})


def unmark(records: Records) -> None:
    """This process shows no study."""
    records.preferences.remove(_own_key())


def open_studies(records: Records) -> frozenset[StudyUid]:
    """What running processes show. The marks of processes that are gone are taken away."""
    marks = records.preferences.beginning(_PREFIX)
    for key in marks:
        if not _is_running(key):
            records.preferences.remove(key)
    running = [body for key, body in marks.items() if _is_running(key)]
    return frozenset(StudyUid(uid) for body in running for uid in (body["study"], *body.get("priors", ())))


@cache
def _own_key() -> str:
    return f"{_PREFIX}{os.getpid()}.{psutil.Process().create_time():.2f}"


def _is_running(key: str) -> bool:
    """Process ids are given again; together with the start they are not."""
    pid, start = key.removeprefix(_PREFIX).split(".", 1)
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" == start
    except (psutil.Error, ValueError):
        return False
