"""Objects about images, from the vault to layers over the stack that they belong to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.key_objects import key_images, read_key_objects
from medscan_desktop.dicom.objects.matching import Match, Target, match, missing_text
from medscan_desktop.dicom.objects.presentations import presentation_on, read_presentation_state, target_of
from medscan_desktop.dicom.objects.segmentation import Segment, Segmentation, place, read_segmentation
from medscan_desktop.dicom.objects.structures import StructureSet, place_region, read_structures
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.imaging.contours import on_slices_of
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.placing import regridded
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.scene.overlay import ContourLayer, LegendEntry, MaskLayer, Overlay, PresentationLayer
from medscan_desktop.scene.overlays import OVERLAY_KINDS, Shown, with_shown
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.command import Context
from medscan_desktop.workstation.documents import kind_of
from medscan_desktop.workstation.shelf import Shelved, file_opener, read_series
from medscan_desktop.workstation.wash import base_for, wash_over

_BY_PIXELS, _BY_CONTOURS = "pixels × pixel area × slice spacing", "contour area × slice spacing"
_BIGGEST = "external"  # the body's outline: filled, or as a surface, it would lie over all the others


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the records have it, and the way to its bytes."""

    header: Header
    kind: ObjectKind
    opener: Callable[[], BinaryIO]


@dataclass(frozen=True, eq=False, slots=True)
class OpenedObject:
    """An object that has been read. `place` puts it over a stack, on the grid that the stack is shown on."""

    header: Header
    kind: ObjectKind
    title: str
    target: Target
    place: Callable[[Match, Geometry, Sequence[StackPlan]], Shown]

    def match(self, plans: Sequence[StackPlan], on_screen: StackId | None = None) -> Match:
        """The stack it belongs to. Unsuitable where the study does not have it.

        A presentation state may be of many stacks (the projections of a mammography): the one on screen is meant.
        """
        found = match(self.target, plans, on_screen if self.kind is ObjectKind.PRESENTATION else None)
        if found is None:
            raise Unsuitable(missing_text(self.kind, self.target))
        return found


def stored_objects(
    records: Records, vault: Vault, series_uid: SeriesUid, instance_uid: InstanceUid | None = None
) -> list[StoredObject]:
    """The objects of a series that can be shown over images, or the one named. NotFound where there is none."""
    found = []
    for instance in records.studies.instances(series_uid):
        if instance_uid not in (None, instance.sop_instance_uid):
            continue
        header = Header.from_json(instance.header)
        kind = kind_of(header)
        if kind is not None and kind in OVERLAY_KINDS:
            found.append(StoredObject(header, kind, file_opener(records, vault, instance)))
    if not found:
        raise NotFound("This series holds nothing that is shown over other images.")
    return found


def open_object(workers: Workers, stored: StoredObject) -> OpenedObject:
    """Read an object. Raises FileRefused."""
    with stored.opener() as file:
        match stored.kind:
            case ObjectKind.SEGMENTATION:
                segmentation = read_segmentation(workers, file, stored.header)
                title, target = segmentation.label, segmentation.target
                placed: Callable[..., Shown] = partial(_segmentation, segmentation)
            case ObjectKind.STRUCTURES:
                structures = read_structures(workers, file, stored.header)
                title, target = structures.label, structures.target
                placed = partial(_structures, structures)
            case ObjectKind.PRESENTATION:
                body = read_presentation_state(workers, file, stored.header)
                title, target = body["label"], target_of(body)
                placed = partial(_presentation, body)
            case _:
                body = read_key_objects(workers, file, stored.header)
                title, target = body["title"], Target(body["references"])
                placed = partial(_key_objects, body)
    title = title_of(stored, title)
    return OpenedObject(stored.header, stored.kind, title, target, partial(placed, stored.header, title))


def overlay_source(records: Records, vault: Vault, series_uid: SeriesUid) -> list[StoredObject] | Shelved:
    """A series to be shown over another one: its objects, or the values of its images. NotFound."""
    shelved = read_series(records, vault, series_uid)
    is_objects = any(refusal.kind in OVERLAY_KINDS for refusal in shelved.grouping.refused)
    return stored_objects(records, vault, series_uid) if is_objects or not shelved.grouping.stacks else shelved


@dataclass(frozen=True, eq=False, slots=True)
class Overlaid:
    """What will be shown over one stack; `on` puts it there, on the grid that the stack is shown on."""

    plan: StackPlan
    on: Callable[[Workspace, Geometry], Workspace]


def overlaid(ctx: Context, source: list[StoredObject] | Shelved, plans: Sequence[StackPlan]) -> Overlaid:
    """Read it and find its stack among `plans`. Raises Unsuitable and FileRefused."""
    if isinstance(source, Shelved):
        values = source.plan()
        loading = ctx.shelf.load(source, values)
        base = base_for(values, plans)
        loading.wait()
        return Overlaid(base, lambda scene, _: with_shown(scene, wash_over(values, loading.volume, base)))
    opened = [open_object(ctx.workers, stored) for stored in source]
    found = [one.match(plans) for one in opened]

    def on(scene: Workspace, geometry: Geometry) -> Workspace:
        for one, matched in zip(opened, found, strict=True):
            if matched.plan is found[0].plan:
                scene = with_shown(scene, one.place(matched, geometry, plans))
        return scene

    return Overlaid(found[0].plan, on)


def title_of(stored: StoredObject, label: str) -> str:
    """The description of its series, else the object's own label, else what it is."""
    return stored.header.text("SeriesDescription") or label or stored.kind.capitalize()


def _overlay(
    header: Header,
    title: str,
    found: Match,
    remarks: Iterable[str],
    entries: Iterable[LegendEntry] = (),
    method: str = "",
) -> Overlay:
    every = [*remarks, *([found.note] if found.note else [])]
    kind = str(kind_of(header))
    return Overlay(header.sop_instance_uid, kind, title, found.plan.id, tuple(entries), tuple(every), method)


def _segmentation(
    segmentation: Segmentation,
    header: Header,
    title: str,
    found: Match,
    geometry: Geometry,
    _plans: Sequence[StackPlan],
) -> Shown:
    placed = place(segmentation, found.plan)
    on_screen = [segment for segment in segmentation.segments if segment.number in placed.masks]
    layers = tuple(
        MaskLayer(
            header.sop_instance_uid,
            segment.number,
            found.plan.id,
            segment.name,
            regridded(placed.masks[segment.number], found.plan.geometry, geometry),
            segment.colour,
            _caption(segment, title, header),
            is_ai=segment.is_automatic,
        )
        for segment in on_screen
    )
    entries = (
        LegendEntry(
            segment.number,
            segment.name,
            segment.colour,
            " · ".join(text for text in (segment.detail, segment.origin) if text),
            placed.volumes_ml.get(segment.number, 0.0),
        )
        for segment in segmentation.segments
    )
    empty = len(segmentation.segments) - len(on_screen)
    remarks = [*placed.notes, *([f"{empty} of its segments are empty"] if empty else [])]
    return Shown(_overlay(header, title, found, remarks, entries, _BY_PIXELS), masks=layers)


def _caption(segment: Segment, title: str, header: Header) -> str:
    """What must stand wherever an algorithm's result is shown, as far as the object tells."""
    date = date_text(header.text("SeriesDate"))
    if not segment.is_automatic:
        return " · ".join(text for text in (segment.origin, title, date) if text)
    algorithm = segment.origin.partition(" · ")[2] or "an algorithm without a name"
    return " · ".join(text for text in (f"AI: {algorithm}", title, date, "no confidence given") if text)


def _structures(
    structures: StructureSet,
    header: Header,
    title: str,
    found: Match,
    geometry: Geometry,
    _plans: Sequence[StackPlan],
) -> Shown:
    source, stack = header.sop_instance_uid, found.plan.id
    contours, masks, entries, strays = [], [], [], 0
    for region in structures.regions:
        placed = place_region(region, found.plan)
        strays += placed.strays
        entries.append(LegendEntry(region.number, region.name, region.colour, region.detail, placed.volume_ml))
        if not placed.outlines:
            continue
        caption = f"AI: an algorithm without a name · {title}" if region.is_automatic else title
        outlines = on_slices_of(placed.outlines, found.plan.geometry, geometry)
        layer = ContourLayer(source, region.number, stack, region.name, outlines, region.colour, caption)
        is_biggest = _BIGGEST in region.detail
        contours.append(replace(layer, is_ai=region.is_automatic, opacity=0.0 if is_biggest else layer.opacity))
        if placed.mask.voxel_count:
            mask = regridded(placed.mask, found.plan.geometry, geometry)
            masks.append(
                MaskLayer(
                    source,
                    region.number,
                    stack,
                    region.name,
                    mask,
                    region.colour,
                    caption,
                    opacity=layer.opacity,
                    is_ai=region.is_automatic,
                    in_slices=False,
                    in_space=not is_biggest,
                )
            )
    remarks = [*structures.notes, *([f"{strays:,} contours lie on none of the slices that are here"] if strays else [])]
    overlay = _overlay(header, title, found, remarks, entries, _BY_CONTOURS)
    return Shown(overlay, masks=tuple(masks), contours=tuple(contours))


def _presentation(
    body: Mapping[str, Any],
    header: Header,
    title: str,
    found: Match,
    geometry: Geometry,
    _plans: Sequence[StackPlan],
) -> Shown:
    if geometry.shape != found.plan.geometry.shape:
        raise Unsuitable("These images are shown with fewer pixels than they have: no presentation state is applied.")
    presentation = presentation_on(body, found.plan)
    if not presentation.frames:
        raise Unsuitable(missing_text(ObjectKind.PRESENTATION, target_of(body)))
    remarks = [f"not applied: {', '.join(presentation.omitted)}"] if presentation.omitted else []
    layer = PresentationLayer(header.sop_instance_uid, found.plan.id, presentation)
    return Shown(_overlay(header, title, found, remarks), presentation=layer)


def _key_objects(
    body: Mapping[str, Any],
    header: Header,
    title: str,
    found: Match,
    _geometry: Geometry,
    plans: Sequence[StackPlan],
) -> Shown:
    keys, missing = key_images(body, header.sop_instance_uid, plans)
    remarks = [keys.description] if keys.description else []
    if missing:
        remarks.append(f"{missing:,} of its images are not in this study")
    return Shown(_overlay(header, title, found, remarks), key_images=keys)
