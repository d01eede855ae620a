"""Surfaces of masks leave the house as STL, OBJ or PLY, in patient millimetres. Whole files or none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.export import Format
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.user import Permission
from medscan_desktop.exporters import obj, ply, stl
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.surface import Surface
from medscan_desktop.persistence.records import Records
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.masks import mask_files, read_masks
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.shelf import read_series

_WRITERS: Mapping[str, Callable[[Sequence[Surface]], bytes]] = {
    stl.FORMAT.name: stl.stl_bytes,
    obj.FORMAT.name: obj.obj_bytes,
    ply.FORMAT.name: ply.ply_bytes,
}
SURFACE_FORMATS: tuple[Format, ...] = (stl.FORMAT, obj.FORMAT, ply.FORMAT)
_SKEW = "This series is no regular volume, so a mask on it has no true surface."


@command("export.surface", permission=Permission.EXPORT)
def export_surface(
    ctx: Context, *, finding_id: FindingId, out: Path, form: str = "stl", structure: int | None = None
) -> Effect:
    """Write the surfaces of an accepted finding, or of one structure of it, as `form`: "stl", "obj" or "ply"."""
    with ctx.records("export.surface", finding_id, format=form) as records:
        finding = records.findings.get(finding_id)
        finding.check_accepted()
        files = mask_files(records, [finding])
        shelved = read_series(records, ctx.vault, finding.series_instance_uid)
    masks = read_masks(ctx.vault, files).get(finding_id, {})
    wanted = [(one.name, masks[one.number]) for one in finding.structures if structure in (None, one.number)]
    if not wanted:
        known = ", ".join(f"{one.number} ({one.name})" for one in finding.structures)
        raise NotFound(f"This finding has no structure {structure}: it has {known}.")
    plans = [plan for plan in shelved.grouping.stacks if finding.provenance.is_of(plan.images)]
    plan = next((plan for plan in plans if plan.geometry.shape == wanted[0][1].shape), None)
    if plan is None:
        raise Unsuitable("The series is not the one this finding was made on: its number of images has changed.")
    if not plan.is_volume:
        raise Unsuitable(plan.refusal or _SKEW)
    return _written(ctx, "export.surface", finding_id, wanted, plan.geometry, form, out)


@command("export.shown_surface", permission=Permission.EXPORT)
def export_shown_surface(
    ctx: Context, *, layers: tuple[MaskLayer, ...], geometry: Geometry, out: Path, form: str = "stl"
) -> Effect:
    """Write the surfaces of masks that are on screen; what a model proposes must have been accepted first."""
    if not layers:
        raise Unsuitable("There is no mask on screen whose surface could be written.")
    sources = dict.fromkeys(layer.source for layer in layers)
    with ctx.records("export.shown_surface", ", ".join(sources), format=form) as records:
        for source in sources:
            _check(records, FindingId(source))
    named = [(layer.name, layer.mask) for layer in layers]
    return _written(ctx, "export.shown_surface", ", ".join(sources), named, geometry, form, out)


def _check(records: Records, source: FindingId) -> None:
    """A finding must have been accepted; an object that came from elsewhere leaves as it came."""
    try:
        finding = records.findings.get(source)
    except NotFound:
        return
    finding.check_accepted()


def _written(
    ctx: Context,
    action: str,
    source: str,
    named: Sequence[tuple[str, Mask]],
    geometry: Geometry,
    form: str,
    out: Path,
) -> Effect:
    if form not in _WRITERS:
        raise NotFound(f'There is no surface format "{form}"; there are: {", ".join(_WRITERS)}.')
    surfaces = []
    for position, (name, mask) in enumerate(named):
        ctx.job.report(0.8 * position / len(named), f"surface of {name}")
        surface = ctx.pictures.surface(name, mask, geometry)
        if len(surface.triangles):
            surfaces.append(surface)
    if not surfaces:
        raise Unsuitable("The mask is empty: it has no surface.")
    write_out(ctx, action, source, out, _WRITERS[form](surfaces))
    return Effect(value=tuple(surfaces), notice=f"Surface written to {out}.")
