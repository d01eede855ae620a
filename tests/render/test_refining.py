"""What takes long is made behind the window: rough at once, then exactly what a snapshot shows, and never another's."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render import oblique
from medscan_desktop.render import rough as rough_module
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.refining import Later, Pause, Refiner
from medscan_desktop.scene.camera import point
from medscan_desktop.scene.curve import Curve
from medscan_desktop.scene.oblique import Turn
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.jobs import InlineJobs
from tests.support.phantoms import geometry_of, painted
from tests.support.pictures import pixels_of
from tests.support.scenes import STACK, hung, view_of

SIZE = (120, 90)
TURN = Turn().then((0, 0, 1), 20).then((1, 0.3, 0), 25)


class HeldJobs:
    """Work waits until it is let go; what it posts comes at once."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def start(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def post(self, callback: Callable[[], None]) -> None:
        callback()

    def let_go(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Threads:
    """Each piece of work on a thread of its own; what it posts waits for the main thread."""

    def __init__(self) -> None:
        self.running: list[threading.Thread] = []
        self.posted: list[Callable[[], None]] = []

    def start(self, work: Callable[[], None]) -> None:
        self.running.append(threading.Thread(target=work))
        self.running[-1].start()

    def post(self, callback: Callable[[], None]) -> None:
        self.posted.append(callback)

    def end(self) -> None:
        for thread in self.running:
            thread.join(20)
            assert not thread.is_alive()
        while self.posted:
            self.posted.pop(0)()


@pytest.fixture(autouse=True)
def _all_is_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phantom of a few voxels counts as what takes a second."""
    monkeypatch.setattr(rough_module, "_AT_ONCE", 1000)
    monkeypatch.setattr(rough_module, "_VOXELS_AT_ONCE", 12_000)
    monkeypatch.setattr(rough_module, "_ROUGH_SAMPLES", 9000)


def ball(*, padded: bool = False) -> Volume:
    """Soft tissue around a bright ball, smooth at its edge; `padded` with a rim that is no tissue."""
    geometry = geometry_of(np.eye(3), spacing=(1.0, 1.0, 1.5), shape=(40, 48, 56))
    away = geometry.centre
    volume = painted(geometry, lambda at: 400 * np.exp(-((at - away) ** 2).sum(axis=-1) / 200) - 100)
    values = np.asarray(volume.values).copy()
    if padded:
        values[:, :9] = values[:, :, -7:] = -2000
    return replace(volume, values=values, padding=(-2000, -2000) if padded else None)


def scene(kind: ViewKind, slab: Slab | None, *, turn: Turn | None = None, padded: bool = False) -> Workspace:
    workspace = hung(ball(padded=padded))
    if turn is not None:
        workspace = workspace.with_turn(STACK, turn)
    view = replace(view_of(workspace, kind), slab=slab)
    if kind is ViewKind.CURVED:
        centre = ball().geometry.centre
        places = [centre + np.array((-18 + 9 * n, 6 * (n % 2), -12 + 6 * n)) for n in range(5)]
        workspace = replace(workspace, curves={STACK: Curve(tuple(point(one) for one in places), (0.0, 1.0, 0.0))})
    return workspace.with_view(view)


def picture(renderer: PaneRenderer, workspace: Workspace, kind: ViewKind, **more: bool) -> np.ndarray:
    found: QImage = renderer.picture(workspace, shown(workspace, kind), SIZE, **more)  # type: ignore[arg-type]
    return pixels_of(found).astype(int)


def shown(workspace: Workspace, kind: ViewKind) -> View:
    return next(one for one in workspace.views if one.kind is kind)


THICK = [Slab(mode, 16.0) for mode in SlabMode]
CASES = [
    *((ViewKind.CORONAL, slab, TURN, padded) for slab in (*THICK, None) for padded in (False, True)),
    *((ViewKind.SAGITTAL, slab, None, padded) for slab in THICK for padded in (False, True)),
    *((ViewKind.CURVED, slab, None, False) for slab in (*THICK, None)),
]


@pytest.mark.parametrize(("kind", "slab", "turn", "padded"), CASES)
def test_the_picture_at_rest_is_bit_for_bit_that_of_a_snapshot(
    kind: ViewKind, slab: Slab | None, turn: Turn | None, padded: bool
) -> None:
    workspace = scene(kind, slab, turn=turn, padded=padded)
    jobs, told = HeldJobs(), []
    renderer = PaneRenderer(refiner=Refiner(jobs), refined=lambda: told.append(1))
    at_once = picture(renderer, workspace, kind)
    exact = picture(PaneRenderer(), workspace, kind)

    assert renderer.is_rough and not told
    assert np.abs(at_once - exact).mean() < 12, "about the same, at the same place"
    assert (picture(renderer, workspace, kind) == at_once).all(), "nothing half made shows"
    jobs.let_go()
    assert told
    assert (picture(renderer, workspace, kind) == exact).all()
    assert not renderer.is_rough


def test_padding_stays_out_of_the_rough_picture_too() -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MIN_IP, 16.0), turn=TURN, padded=True)
    rough = picture(PaneRenderer(refiner=Refiner(HeldJobs())), workspace, ViewKind.CORONAL)
    exact = picture(PaneRenderer(), workspace, ViewKind.CORONAL)

    middle = np.s_[30:60, 45:75]
    assert rough[middle].min() > 0 and exact[middle].min() > 0
    assert np.abs(rough[middle] - exact[middle]).mean() < 12


def test_what_was_asked_for_before_the_view_changed_never_shows() -> None:
    before, after = (scene(ViewKind.CORONAL, Slab(SlabMode.MIP, thick), turn=TURN) for thick in (16.0, 24.0))
    after = replace(after, stacks=before.stacks)
    jobs, told = HeldJobs(), []
    renderer = PaneRenderer(refiner=Refiner(jobs), refined=lambda: told.append(1))
    picture(renderer, before, ViewKind.CORONAL)
    rough = picture(renderer, after, ViewKind.CORONAL)
    jobs.let_go()

    assert len(told) == 1, "the older one is not even made"
    found = picture(renderer, after, ViewKind.CORONAL)
    assert (found == picture(PaneRenderer(), after, ViewKind.CORONAL)).all()
    assert not (found == rough).all()


def test_while_a_hand_turns_it_nothing_exact_is_made() -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MIP, 16.0), turn=TURN)
    jobs = HeldJobs()
    renderer = PaneRenderer(refiner=Refiner(jobs), refined=lambda: pytest.fail("nobody asked"))
    picture(renderer, workspace, ViewKind.CORONAL)
    picture(renderer, workspace, ViewKind.CORONAL, moving=True)
    jobs.let_go()

    assert renderer.is_rough


def test_a_pane_that_has_gone_is_told_nothing() -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MIP, 16.0), turn=TURN)
    jobs = HeldJobs()
    renderer = PaneRenderer(refiner=Refiner(jobs), refined=lambda: pytest.fail("it has gone"))
    picture(renderer, workspace, ViewKind.CORONAL)
    renderer.close()
    jobs.let_go()
    picture(renderer, workspace, ViewKind.CORONAL)

    assert not jobs.waiting


def test_where_jobs_run_inline_the_first_picture_is_the_exact_one() -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MEAN, 16.0), turn=TURN)
    renderer = PaneRenderer(refiner=Refiner(InlineJobs()))

    found = picture(renderer, workspace, ViewKind.CORONAL)
    assert (found == picture(PaneRenderer(), workspace, ViewKind.CORONAL)).all()


def test_no_value_is_said_of_a_pixel_until_it_is_exact() -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MIP, 16.0), turn=TURN)
    jobs = HeldJobs()
    renderer = PaneRenderer(refiner=Refiner(jobs))
    view, at = shown(workspace, ViewKind.CORONAL), (300.0, 200.0)

    def drawn(pointer: tuple[float, float] | None) -> np.ndarray:
        return pixels_of(renderer.picture(workspace, view, (600, 400), pointer=pointer))

    assert (drawn(at) == drawn(None)).all()
    jobs.let_go()
    assert not (drawn(at) == drawn(None)).all()


def test_long_work_that_nobody_wants_any_more_ends_at_its_next_pause() -> None:
    jobs, began = Threads(), threading.Event()
    later: Later[str] = Later(Refiner(jobs), lambda: None)

    def endless(pause: Pause) -> str:
        while True:
            began.set()
            pause()

    assert later.get("first", endless) is None
    assert began.wait(20)
    assert later.get("second", lambda _: "made") is None
    jobs.end()

    assert later.get("second", endless) == ("made",)


def test_what_fails_behind_the_window_fails_where_it_is_asked_for() -> None:
    jobs, told = HeldJobs(), []
    later: Later[str] = Later(Refiner(jobs), lambda: told.append(1))

    def failing(_: Pause) -> str:
        raise MemoryError

    assert later.get("key", failing) is None
    jobs.let_go()
    assert told
    with pytest.raises(MemoryError):
        later.get("key", failing)


def test_two_panes_of_a_window_both_get_theirs_one_after_the_other() -> None:
    jobs, at_work = Threads(), []
    refiner = Refiner(jobs)
    panes: list[Later[int]] = [Later(refiner, lambda: None) for _ in range(4)]
    go = threading.Event()

    def work(number: int) -> Callable[[Pause], int]:
        def make(_: Pause) -> int:
            at_work.append(1)
            assert len(at_work) == 1, "one at a time"
            assert go.wait(20)
            at_work.pop()
            return number

        return make

    for number, pane in enumerate(panes):
        assert pane.get("key", work(number)) is None
    go.set()
    jobs.end()

    assert [pane.get("key", work(-1)) for pane in panes] == [(0,), (1,), (2,), (3,)]


@pytest.mark.parametrize("rows", [1, 7])
def test_a_slab_gathered_in_bands_has_no_seams(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = scene(ViewKind.CORONAL, Slab(SlabMode.MEAN, 16.0), turn=TURN)
    whole = picture(PaneRenderer(), workspace, ViewKind.CORONAL)
    monkeypatch.setattr(oblique, "_SAMPLES_A_BAND", rows * SIZE[0] * 17)

    assert (picture(PaneRenderer(), workspace, ViewKind.CORONAL) == whole).all()
