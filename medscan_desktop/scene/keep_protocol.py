"""What is on screen as a hanging protocol: rules that the study itself suggests, for its user to change."""

from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.domain.hanging_match import Candidate
from medscan_desktop.domain.hanging_protocol import LINKS, Applies, Cell, Protocol, SeriesRule, Stage
from medscan_desktop.domain.relevant_prior import regions_named
from medscan_desktop.domain.stack_traits import StackTraits
from medscan_desktop.domain.word_patterns import LONGEST, is_pattern, words_of
from medscan_desktop.imaging.voi import Voi, VoiLut, Window
from medscan_desktop.imaging.window import initial_voi
from medscan_desktop.scene.apply_protocol import candidates
from medscan_desktop.scene.hanging import PENDING, fresh_view
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.slab import SlabMode
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.turned import sides_seen
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace

_MOST_REGIONS = 3
_WORDS = 5  # of a description: more of them fit one study alone
_SLABS = {SlabMode.MIP: "mip", SlabMode.MIN_IP: "minip", SlabMode.MEAN: "mean"}


def protocol_of(workspace: Workspace, name: str, protocol_id: str) -> Protocol | None:
    """The screen as a protocol of one stage; None where no image is on it."""
    stage = stage_of(workspace)
    if stage is None:
        return None
    shown = [workspace.stack(view.stack) for view in workspace.views]
    traits = [one.traits for one in shown if one is not None and one.traits is not None]
    return Protocol(protocol_id, name, _applies(traits), (stage,))


def stage_of(workspace: Workspace, name: str = "") -> Stage | None:
    """The screen as one stage; None where no image is on it. What is read or played is left out."""
    known = candidates(workspace)
    views = [view for view in workspace.views if str(view.kind) not in ("document", "curved")]
    if not any(workspace.stack(view.stack) for view in views):
        return None
    layout = workspace.layout
    for view in workspace.views:
        if view not in views:
            layout = layout.removed(view.id)
    numbered = layout.renamed({view.id: ViewId(number) for number, view in enumerate(views)})
    cells = _distinct([_cell(workspace, view, known) for view in views], [view.stack for view in views])
    grid = numbered.as_grid
    columns = grid[1] if grid is not None else 2
    is_plain = numbered == Layout.of([ViewId(number) for number in range(len(views))], columns)
    filled = sum(view.stack is not None for view in views)
    links = tuple(one for one in LINKS if getattr(workspace.links, one)) if len(views) > 1 else ()
    return Stage(
        cells,
        name,
        columns,
        **({} if is_plain else {"layout": numbered.to_json()}),
        least=max(1, filled if filled <= 2 else filled - 1),
        links=links,
        same_scale=any(view.camera.common for view in views),
    )


def _applies(traits: Sequence[StackTraits]) -> Applies:
    """For studies of this modality and this region of the body."""
    texts = [text for one in traits for text in (one.body_part, one.study_description, one.description) if text]
    regions = next((found for text in texts if 0 < len(found := regions_named(text)) <= _MOST_REGIONS), frozenset())
    modalities = tuple(dict.fromkeys(one.modality for one in traits if one.modality))
    return Applies(modalities=modalities[:1], regions=tuple(sorted(regions)))


def _cell(workspace: Workspace, view: View, known: Sequence[Candidate]) -> Cell:
    stack = workspace.stack(view.stack)
    if stack is None or stack.traits is None:
        return Cell()
    traits, camera = stack.traits, view.camera
    priors = {one.study_instance_uid for one in workspace.priors}
    made = Cell(
        _rule(traits, view, known),
        is_prior=stack.study_instance_uid in priors,
        view="3d" if view.kind is ViewKind.THREE_D else view.kind.value,
        window=_window(workspace, stack, view.voi),
        position=_position(stack, view),
        is_inverted=view.inverted != fresh_view(workspace, stack, view.id, view.kind).inverted,
        justify=camera.justify,
        preset_3d=view.preset_3d,
    )
    if view.slab is not None:
        made = replace(made, slab_mm=view.slab.thickness_mm, slab_mode=_SLABS[view.slab.mode])
    sides = sides_seen(camera, traits.sides) if view.kind is ViewKind.ACQUIRED else ("", "")
    if any(sides) and traits.view:
        return replace(made, sides=sides)
    rotation = camera.rotation % 360
    return replace(made, rotation=rotation, flip_horizontal=camera.flip_horizontal, flip_vertical=camera.flip_vertical)


def _rule(traits: StackTraits, view: View, known: Sequence[Candidate]) -> SeriesRule:
    """What tells this series from the others of its modality: a projection, else its words and its plane."""
    others = [one.traits for one in known if one.traits.modality == traits.modality and one.traits is not traits]
    if traits.view:
        return SeriesRule(modalities=(traits.modality,), views=(traits.view,), laterality=traits.laterality)
    is_acquired = view.kind is ViewKind.ACQUIRED
    told = " ".join(words_of(traits.text)[:_WORDS])[:LONGEST].strip()
    needs_words = any(not one.is_localiser for one in others) and is_pattern(told)
    return SeriesRule(
        modalities=(traits.modality,),
        words=(told,) if needs_words else (),
        planes=(traits.plane,) if is_acquired and traits.plane and others else (),
        kinds=() if is_acquired or traits.plane == view.kind.value else ("volume",),
    )


def _distinct(cells: Sequence[Cell], stacks: Sequence[object]) -> tuple[Cell, ...]:
    """Cells of one rule that show different series are each for another one."""
    made: list[Cell] = []
    for number, cell in enumerate(cells):
        before = [stacks[n] for n in range(number) if cells[n].series == cell.series]
        made.append(replace(cell, is_distinct=bool(before) and stacks[number] not in before))
    return tuple(made)


def _window(workspace: Workspace, stack: Stack, voi: Voi) -> str | tuple[float, float]:
    """A preset by its name, what the headers say as "as usual", what was drawn by its numbers."""
    if voi is PENDING or isinstance(voi, VoiLut) or (stack.volume is not None and stack.volume.is_colour):
        return ""
    if stack.volume is not None and voi == initial_voi(stack.volume, stack.modality, workspace.presets):
        return ""
    if isinstance(voi, Window) and voi in workspace.presets.get(stack.modality, ()):
        return voi.name
    return "auto" if voi.name == "Auto" else (voi.centre, voi.width)


def _position(stack: Stack, view: View) -> str:
    if view.kind is not ViewKind.ACQUIRED or stack.slice_count < 2:
        return ""
    return {0: "first", stack.slice_count - 1: "last"}.get(view.frame, "")
