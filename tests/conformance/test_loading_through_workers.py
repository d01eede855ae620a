"""Compressed series through real worker processes: every value, and what it costs when a worker dies on the way."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from medscan_desktop.app import build as building
from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import Loading, Opener, start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.dicom.workers.process import Limits
from medscan_desktop.dicom.workers.workers import InlineWorkers, Workers
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from medscan_desktop.services.audit import list_audit
from medscan_desktop.services.hostile import forget_hostile, list_hostile, retry_series
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.services.studies import list_series, open_study, search_studies
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.support import worker_tricks
from tests.support.coded_series import ENCODERS, JPEG_2000, JPEG_LS, RLE, write_coded_series
from tests.support.homes import PASSPHRASE
from tests.support.pool import process_workers
from tests.support.raw_series import phantom
from tests.support.windows import PASSWORD, USER, make_home

SLICES = 12
Harmed = tuple[Workstation, Workers]


def plan_of(paths: list[Path]) -> tuple[StackPlan, Callable[[InstanceUid], BinaryIO]]:
    headers, files = [], {}
    for path in paths:
        with path.open("rb", buffering=0) as stream:
            header = scan(stream, path.name)
        headers.append(header)
        files[header.sop_instance_uid] = path
    (plan,) = group(headers).stacks
    return plan, lambda uid: files[uid].open("rb", buffering=0)


@pytest.mark.parametrize("syntax", ENCODERS)
def test_every_lossless_syntax_gives_the_values_that_were_coded(tmp_path: Path, syntax: str) -> None:
    values = phantom(4, 128)
    plan, opener = plan_of(write_coded_series(tmp_path / "series", values, syntax))
    loadings = [start_load(plan, opener, workers) for workers in (process_workers(), InlineWorkers())]

    for loading in loadings:
        loading.wait()
        assert not loading.failures
        np.testing.assert_array_equal(loading.volume.values, values)


def test_a_frame_larger_than_the_ring_comes_whole(tmp_path: Path) -> None:
    values = phantom(1, 2048)
    plan, opener = plan_of(write_coded_series(tmp_path / "series", values, JPEG_LS))
    loading = start_load(plan, opener, process_workers())
    loading.wait()

    np.testing.assert_array_equal(loading.volume.values, values)


def test_a_worker_killed_in_the_middle_of_a_load_costs_one_slice(tmp_path: Path) -> None:
    values = phantom(SLICES, 512)
    plan, opener = plan_of(write_coded_series(tmp_path / "series", values, JPEG_2000))
    loading = loaded_with_a_kill(plan, opener)
    while not loading.failures:  # it was killed between two slices: that costs none
        assert loading.volume.is_complete
        loading = loaded_with_a_kill(plan, opener)
    (failure,) = loading.failures

    assert failure.reason == "its decoder crashed (SIGKILL)"
    assert failure.label in {header.label for header in plan.headers}
    assert np.flatnonzero(~loading.volume.loaded).tolist() == [failure.slice_index]
    others = [k for k in range(SLICES) if k != failure.slice_index]
    np.testing.assert_array_equal(loading.volume.values[others], values[others])


def loaded_with_a_kill(plan: StackPlan, opener: Opener) -> Loading:
    """A whole load, during which one of the workers is killed."""
    workers = ProcessWorkers(worker_command(), 2)
    arrived: list[int] = []
    killed: list[int] = []

    def kill_one() -> None:
        arrived.append(len(arrived))
        if len(arrived) >= 3 and not killed and (pid := busy(workers)) is not None:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    loading = start_load(plan, opener, workers, on_slices=kill_one)
    loading.wait()
    workers.close()
    return loading


def busy(workers: ProcessWorkers) -> int | None:
    """A process that decodes right now: called by the one loading thread, it is the other thread's. None for none."""
    free = {worker.pid for worker in workers._free}
    return next((pid for pid in workers.pids if pid not in free), None)


def test_a_worker_that_is_stopped_costs_one_slice(tmp_path: Path) -> None:
    plan, opener = plan_of(write_coded_series(tmp_path / "series", phantom(6, 256), JPEG_2000))
    workers = ProcessWorkers(worker_command(), 1, Limits(seconds=1.5))
    workers.warm()
    os.kill(workers.pids[0], signal.SIGSTOP)
    loading = start_load(plan, opener, workers, threads=1)
    loading.wait()
    workers.close()

    assert [failure.reason for failure in loading.failures] == ["its decoder took longer than 1.5 s"]
    assert loading.volume.loaded.sum() == 5


@pytest.mark.expects_log
def test_a_bug_on_a_loading_thread_is_a_failure_of_that_slice_with_a_reference(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan, opener = plan_of(write_coded_series(tmp_path / "series", phantom(5, 64), RLE))
    bad = plan.frames[1].instance

    def broken(uid: InstanceUid) -> BinaryIO:
        if uid == bad:
            raise ZeroDivisionError("Doe^Jane")
        return opener(uid)

    loading = start_load(plan, broken, process_workers())
    loading.wait()
    (failure,) = loading.failures
    (record,) = caplog.records

    assert failure.slice_index == 1 and loading.volume.loaded.sum() == 4
    assert record.reference in failure.reason  # type: ignore[attr-defined]
    assert "Doe" not in failure.reason


# A file that harms is remembered


@pytest.fixture
def harmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workstation, Workers]]:
    """A library whose decoder is killed by JPEG 2000, with one series of it and one of JPEG-LS."""
    monkeypatch.setattr(building, "worker_command", lambda: worker_tricks.command(decode="crash_on_jpeg_2000"))
    home: Home = make_home(tmp_path / "home")
    parts = building.build(home, unlock(home, passphrase=PASSPHRASE), InlineJobs())
    parts.workstation.answer(log_in, name=USER, password=PASSWORD)
    write_coded_series(tmp_path / "series", phantom(3, 64), JPEG_2000)
    parts.workstation.answer(import_files, paths=(tmp_path / "series",))
    yield parts.workstation, parts.workers
    parts.close()


def loaded(workstation: Workstation) -> tuple[int, tuple[str, ...]]:
    """Open the only study and wait: how many slices arrived, and what is said about the others."""
    (study,) = workstation.answer(search_studies)
    job = workstation.do(open_study, study_instance_uid=study.study_instance_uid)
    assert job.error is None
    (stack,) = workstation.store.workspace.stacks
    deadline = time.monotonic() + 20
    while stack.loaded_count + len(stack.failures) < stack.frame_count and time.monotonic() < deadline:
        time.sleep(0.02)
        (stack,) = workstation.store.workspace.stacks
    return stack.loaded_count, stack.failures


def test_a_file_that_ended_its_decoder_is_refused_at_once_until_somebody_asks(harmed: Harmed) -> None:
    workstation, _ = harmed
    (middle,) = workstation.answer(list_hostile)  # the thumbnail met it at the import
    assert middle.reason == "its decoder crashed (SIGSEGV)"

    count, failures = loaded(workstation)
    assert count == 0 and len(failures) == 3
    assert sum("not tried again" in text for text in failures) == 1
    remembered = workstation.answer(list_hostile)
    assert len(remembered) == 3 and all(file.sop_instance_uid for file in remembered)

    _, failures = loaded(workstation)
    assert all(text.endswith("crashed (SIGSEGV); not tried again unless you ask") for text in failures)

    assert workstation.answer(forget_hostile, sha256s=[remembered[0].sha256]) == 1
    assert len(workstation.answer(list_hostile)) == 2
    _, failures = loaded(workstation)
    assert sum("not tried again" in text for text in failures) == 2
    assert workstation.answer(forget_hostile) == 3 and workstation.answer(list_hostile) == []


def test_a_series_is_tried_again_as_a_whole_on_request(harmed: Harmed) -> None:
    workstation, _ = harmed
    loaded(workstation)
    _, before = loaded(workstation)
    (stack,) = workstation.store.workspace.stacks
    workstation.answer(retry_series, series_instance_uid=stack.series_instance_uid)
    assert workstation.answer(list_hostile) == []
    _, after = loaded(workstation)

    assert all("not tried again" in text for text in before)
    assert not any("not tried again" in text for text in after)


def test_harm_and_forgetting_are_in_the_audit_log(harmed: Harmed) -> None:
    workstation, _ = harmed
    workstation.answer(forget_hostile)
    actions = [(event.action, event.outcome.value) for event in workstation.answer(list_audit)]

    assert ("security.hostile_file", "failure") in actions
    assert ("hostile.forget", "success") in actions


def test_a_library_without_harm_says_so(harmed: Harmed) -> None:
    workstation, _ = harmed
    workstation.answer(forget_hostile)

    assert workstation.answer(list_hostile) == []
    (study,) = workstation.answer(search_studies)
    assert workstation.answer(list_series, study_instance_uid=study.study_instance_uid)
    with pytest.raises(NotFound, match="no such file"):
        workstation.answer(forget_hostile, sha256s=["00"])


def test_the_other_frames_of_a_file_that_harms_are_not_tried(tmp_path: Path) -> None:
    """Else 96 frames would be 96 deaths, or 96 times the limit of time."""
    plan, opener = plan_of(write_coded_series(tmp_path / "series", phantom(1, 64), JPEG_2000))
    geometry = Geometry(plan.geometry.affine, (9, *plan.geometry.shape[1:]), plan.geometry.spatial)
    many = replace(plan, frames=plan.frames * 9, geometry=geometry)
    workers = ProcessWorkers(worker_tricks.command(decode="crash"), 2)
    workers.warm()
    asked: list[int] = []
    original = workers.run
    workers.run = lambda *args, **more: (asked.append(1), original(*args, **more))[1]  # type: ignore[method-assign]
    loading = start_load(many, opener, workers)
    loading.wait()
    workers.close()

    assert len(loading.failures) == 9
    assert len(asked) <= 2  # one a loading thread
