"""Workspaces with several stacks beside each other, where each is known to the millimetre."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.hanging import middle
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.links import Links
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import painted
from tests.support.scenes import STUDY

LEFT, RIGHT = ViewId(0), ViewId(1)
AXIAL = np.eye(3)


def a_geometry(
    directions: np.ndarray = AXIAL,
    *,
    origin: tuple[float, float, float] = (-20.0, -30.0, 100.0),
    spacing: tuple[float, float, float] = (1.0, 1.0, 2.0),
    shape: tuple[int, int, int] = (30, 16, 16),
) -> Geometry:
    affine = np.eye(4)
    affine[:3, :3] = directions * np.asarray(spacing)
    affine[:3, 3] = origin
    return Geometry(affine, shape)


def a_stack(uid: str, geometry: Geometry, *, frame: str = "f1", modality: str = "CT", unit: str = "HU") -> Stack:
    volume = painted(geometry, lambda at: at[..., 2], unit=unit)
    return Stack(
        StackId(f"{uid}#0"),
        SeriesUid(uid),
        modality,
        uid,
        geometry.shape[0],
        is_volume=True,
        volume=volume,
        loaded_count=geometry.shape[0],
        frame_of_reference=frame,
    )


def side_by_side(*stacks: Stack, kinds: tuple[ViewKind, ...] = (), links: Links | None = None) -> Workspace:
    """Each stack in a pane of its own, as acquired unless said otherwise; the first is active."""
    kinds = kinds or (ViewKind.ACQUIRED,) * len(stacks)
    pairs = enumerate(zip(stacks, kinds, strict=True))
    views = tuple(View(ViewId(n), kind, one.id, one.frame_count // 2) for n, (one, kind) in pairs)
    focus = {one.id: middle(one.volume.geometry) for one in stacks if one.volume is not None}
    return replace(
        EMPTY,
        study=STUDY,
        stacks=stacks,
        views=views,
        layout=Layout.of([view.id for view in views], len(views)),
        focus=MappingProxyType(focus),
        links=links or Links(),
    )
