"""Registering two stacks on screen, so that they scroll together although they share no frame of reference."""

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.user import Permission
from medscan_desktop.domain.word_patterns import words_of
from medscan_desktop.imaging.register import register
from medscan_desktop.scene.links import LinkKind, SpaceLink, rigid, space_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.workstation.command import Context, Effect, command

_SAME_WORDS = 0.5  # of two MR descriptions: T1 and T2 have other values for the same tissue


@command("series.register", permission=Permission.READ)
def register_stacks(ctx: Context, *, fixed: Stack, moving: Stack) -> Effect:
    """Find how two stacks lie to each other. The value is the `SpaceLink`; nothing on screen is changed.

    Unsuitable where they share their positions anyway, are no volumes, or do not fit each other.
    """
    first, second = space_of(fixed), space_of(moving)
    if fixed.volume is None or moving.volume is None or first is None or second is None:
        raise Unsuitable("Both series must be on screen, with positions, before they can be registered.")
    if first == second:
        raise Unsuitable("These series share their positions already: they need no registration.")
    if not (fixed.is_volume and moving.is_volume):
        raise Unsuitable(
            "Only volumes can be registered; other series are linked by hand, from the slices shown (Scroll together)."
        )
    found = register(
        fixed.volume,
        moving.volume,
        is_alike=_is_alike(fixed, moving),
        report=ctx.job.report,
        is_cancelled=lambda: ctx.job.is_cancelled,
    )
    ctx.job.report(1.0, "done")  # not where it was cancelled in the last step
    link = SpaceLink(first, second, rigid(found.matrix), LinkKind.REGISTERED, round(found.quality, 4))
    return Effect(value=link, notice=f"Registered: quality {found.quality:.2f}, turned by {found.turn_degrees:.1f}°.")


def _is_alike(one: Stack, other: Stack) -> bool:
    """Whether their values mean the same."""
    if one.modality != other.modality:
        return False
    if one.modality != "MR":
        return True
    own, theirs = (set(words_of(stack.traits.text)) if stack.traits is not None else set() for stack in (one, other))
    return bool(own | theirs) and len(own & theirs) / len(own | theirs) >= _SAME_WORDS
