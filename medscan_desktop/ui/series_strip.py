"""The open study's stacks with their thumbnails; a click hangs one, what is on screen is marked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.render.compared_words import prior_colour, study_role
from medscan_desktop.scene.key_slices import key_slices
from medscan_desktop.scene.overlays import overlay_source
from medscan_desktop.scene.splitting import one_of_each_axis
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.studies import SeriesRow, list_series
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.series_tiles import SeriesTiles, Tile
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.command import Effect

_ICONS: Mapping[ObjectKind | None, str] = {
    ObjectKind.REPORT: "document",
    ObjectKind.KEY_OBJECTS: "document",
    ObjectKind.DOCUMENT: "document",
    ObjectKind.MESH: "mesh",
    ObjectKind.WAVEFORM: "waveform",
    ObjectKind.VIDEO: "film",
    ObjectKind.SEGMENTATION: "mask",
    ObjectKind.STRUCTURES: "mask",
    ObjectKind.PRESENTATION: "overlay",
}
_NAMED = 10  # failures in the tooltip; the pane's banner says how many there are


class SeriesStrip(SeriesTiles):
    """Thumbnails are asked for when another study has come onto the screen."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__(standing=True, single_click=True, can_drag=True)
        self._actions = actions
        self._thumbnails: Mapping[SeriesUid, bytes | None] = {}
        self.chosen.connect(lambda key: actions.bring(StackId(key)))

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow stacks and views. May not write: the thumbnails are asked for by `ask`."""
        if old.study != new.study:
            self._thumbnails = {}
        shown = ("study", "priors", "stacks", "views", "overlays", "own_key_images")
        if any(getattr(old, name) is not getattr(new, name) for name in shown):
            self._show(new)

    def ask(self) -> None:
        """Read the thumbnails of the open studies."""
        workspace = self._actions.workspace
        for study in (workspace.study, *workspace.priors):
            if study is not None:
                uid = study.study_instance_uid
                self._actions.workstation.do(list_series, study_instance_uid=uid, on_done=self._thumbnails_came)

    def _thumbnails_came(self, effect: Effect) -> None:
        rows: Sequence[SeriesRow] = effect.value
        came = {row.series.series_instance_uid: row.thumbnail for row in rows}
        self._thumbnails = {**self._thumbnails, **came}
        self._show(self._actions.workspace)

    def _show(self, workspace: Workspace) -> None:
        laid_over = {one.source for one in workspace.overlays}
        shown = {view.stack for view in workspace.views}
        shown |= {stack.id for stack in workspace.stacks if overlay_source(stack) in laid_over}
        tiles, before = [], None
        for stack in one_of_each_axis(workspace):
            tile = self._tile(stack, is_shown=stack.id in shown)
            if keys := key_slices(workspace, stack.id):
                tile = replace(tile, detail=f"{tile.detail} · {len(keys)} key")
            if workspace.priors and stack.study_instance_uid != before:
                tile = replace(tile, **_section(workspace, stack))
            before = stack.study_instance_uid
            tiles.append(tile)
        self.show_tiles(tiles)

    def _tile(self, stack: Stack, *, is_shown: bool) -> Tile:
        is_refused = stack.frame_count == 0
        detail = stack.type_name if is_refused else count_text(_images(stack), "image")
        if stack.phase is not None:
            detail = f"{stack.frame_count} × {stack.phase.count} phases"
        if stack.failures:
            detail = f"{len(stack.failures):,} of {stack.frame_count:,} missing"
        thumbnail = None if is_refused else self._thumbnails.get(stack.series_instance_uid)
        refusal = stack.refusal if is_refused and stack.object_kind is None else ""
        step = f" · {stack.phase.name}" if stack.phase is not None else ""
        return Tile(
            stack.id,
            stack.label.removesuffix(step),
            detail,
            stack.modality,
            thumbnail,
            refusal,
            "\n".join(stack.failures[:_NAMED]),
            is_shown,
            _ICONS.get(stack.object_kind, "table") if is_refused else "scan",
            stack.reason,
        )


def _section(workspace: Workspace, stack: Stack) -> dict[str, Any]:
    """Which study begins with this tile, while several are open."""
    study = workspace.study_of(stack)
    if study is None:
        return {}
    name = study_role(workspace, study).removesuffix(" study")
    text = f"{name} {date_text(study.study_date)}".rstrip()
    return {"section": text, "section_colour": prior_colour(workspace, study)}


def _images(stack: Stack) -> int:
    """How many images the series has, also where fewer slices are shown of it."""
    is_reduced = stack.volume is not None and stack.volume.reduction.slices > 1
    return sum(map(bool, stack.instance_uids)) if is_reduced else stack.frame_count
