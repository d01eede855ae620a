"""What loading and showing a folder of files takes of memory: run as a process of its own, which has done nothing else.

`python -m tests.support.memory_probe WHAT FOLDER [BUDGET_MB]` prints one line of JSON. WHAT: whole, space (with shaded
3D), fit (as the budget allows), slices (2D alone, scrolled through).
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

import cv2  # noqa: F401  the program's own libraries are there before what a volume takes is counted
import numpy as np

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.budget import need_of
from medscan_desktop.dicom.sources.find import Source, find_files
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.scene.view import Camera3D
from medscan_desktop.workstation.fitting import Opener, fit, start

SIZE = (640, 640)


def resident() -> int:
    """Bytes of this process in memory now."""
    return _status("VmRSS")


def peak() -> int:
    """The most since `forget_peak`."""
    return _status("VmHWM")


def forget_peak() -> None:
    """Begin to look for the most anew."""
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) * 1024


def planned(folder: Path) -> tuple[StackPlan, Opener]:
    """The stack of a folder and the way to its files."""
    headers, paths = [], {}
    for source in find_files([folder]):
        assert isinstance(source, Source)
        with source.open() as stream:
            header = scan(stream, source.label)
        headers.append(header)
        paths[header.sop_instance_uid] = source
    (plan,) = group(headers).stacks
    return plan, lambda uid: paths[InstanceUid(uid)].open()


def measured(what: str, folder: Path, budget: int | None) -> dict[str, Any]:
    """One measurement. Bytes and seconds."""
    plan, opener = planned(folder)
    draw = _warmed_3d() if what == "space" else None
    whole = need_of(plan)
    forget_peak()
    before, began = resident(), time.perf_counter()
    wish = ShownAs.SLICES if what == "slices" else None
    loading, fitted = start(plan, opener, InlineWorkers(), fit(plan, budget, wish), threads=2, on_slices=lambda: None)
    first = _seconds_until_first(loading.volume, began)
    told: dict[str, Any] = {"first_image": first}
    if what == "slices":
        told |= _scrolled(loading.volume)
    else:
        loading.wait()
    told |= {"seconds": time.perf_counter() - began, "peak_loading": peak() - before}
    if draw is not None:
        draw(loading.volume)
    told |= {
        "peak": peak() - before,
        "whole": whole.values,
        "need": fitted.size,
        "need_with_3d": whole.total,
        "values": loading.volume.values.nbytes,
        "shape": loading.volume.values.shape,
        "warnings": loading.volume.warnings,
        "failures": len(loading.failures),
    }
    loading.cancel()
    return told


def _seconds_until_first(volume: Volume, began: float) -> float:
    while not volume.loaded.any():
        time.sleep(0.0005)
    return time.perf_counter() - began


def _scrolled(volume: Volume) -> dict[str, Any]:
    """Looks at every 10th slice in turn; each must be there and right before the next."""
    window, count = volume.window, len(volume.loaded)
    assert window is not None
    waits = []
    for k in range(0, count, 10):
        start_of_wait = time.perf_counter()
        window.fetch(k)
        waits.append(time.perf_counter() - start_of_wait)
        assert volume.loaded[k] and volume.values[k].any()
    return {"wait_p95": float(np.percentile(waits, 95)), "held_most": int(volume.loaded.sum())}


def _warmed_3d():
    """What draws shaded 3D, its window and libraries loaded already: they are there with any study."""
    from medscan_desktop.render.presets_3d import presets_for  # noqa: PLC0415
    from medscan_desktop.render.space_scene import SpaceScene  # noqa: PLC0415
    from medscan_desktop.scene.orbit import orbit  # noqa: PLC0415  only where 3D is measured
    from tests.support.phantoms import geometry_of, painted  # noqa: PLC0415

    scene = SpaceScene()

    def draw(volume: Volume) -> None:
        preset = presets_for(volume, "CT")[0]
        assert preset.shaded
        for coarse in (True, False):
            scene.draw(volume, preset, (), orbit(volume.geometry, Camera3D(), SIZE), SIZE, coarse=coarse)

    draw(painted(geometry_of(np.eye(3), shape=(8, 8, 8)), lambda points: points[..., 0], unit="HU"))
    return draw


if __name__ == "__main__":
    budget_mb = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]), budget_mb * 1_000_000 or None)))
