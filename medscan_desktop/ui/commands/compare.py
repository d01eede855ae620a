"""Comparing with the patient's other studies, and what panes do together."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from medscan_desktop.scene.comparing import is_beside
from medscan_desktop.scene.linking import can_be_linked, with_scroll_toggled
from medscan_desktop.scene.links import Links
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "Compare"
_SHARED: tuple[tuple[str, str, Callable[[Links], Links]], ...] = (
    ("window", "Window together", lambda links: replace(links, window=not links.window)),
    ("zoom", "Zoom together", lambda links: replace(links, zoom=not links.zoom)),
    ("pan", "Pan together", lambda links: replace(links, pan=not links.pan)),
)


def _has_study(actions: ViewerActions) -> bool:
    return actions.workspace.study is not None


def _has_prior(actions: ViewerActions) -> bool:
    return bool(actions.workspace.priors)


def _is_compared(actions: ViewerActions) -> bool:
    return is_beside(actions.workspace)


def _are_several(actions: ViewerActions) -> bool:
    return len({view.stack for view in actions.workspace.views if view.stack is not None}) > 1


def _is_linked(actions: ViewerActions) -> bool:
    return actions.workspace.links.scroll


def _link(actions: ViewerActions) -> None:
    if can_be_linked(actions.workspace):
        actions.workstation.edit("scroll together", with_scroll_toggled)
    else:
        actions.workstation.notify("Two series with positions must be on screen to be scrolled together.")


def _is_shared(name: str, actions: ViewerActions) -> bool:
    return bool(getattr(actions.workspace.links, name))


def _share(label: str, toggled: Callable[[Links], Links], actions: ViewerActions) -> None:
    actions.workstation.edit(label.lower(), lambda workspace: replace(workspace, links=toggled(workspace.links)))


def _has_lines(actions: ViewerActions) -> bool:
    return actions.workspace.reference_lines


def _toggle_lines(actions: ViewerActions) -> None:
    actions.workstation.edit(
        "reference lines", lambda workspace: replace(workspace, reference_lines=not workspace.reference_lines)
    )


COMPARE: tuple[UiCommand, ...] = (
    UiCommand(
        "prior.toggle",
        "Prior beside the current",
        _MENU,
        lambda actions: actions.toggle_prior(),
        ("P",),
        _has_study,
        _is_compared,
    ),
    UiCommand(
        "prior.older", "Next older prior", _MENU, lambda actions: actions.step_prior(-1), ("Ctrl+Left",), _has_study
    ),
    UiCommand(
        "prior.newer", "Next newer prior", _MENU, lambda actions: actions.step_prior(1), ("Ctrl+Right",), _has_study
    ),
    UiCommand(
        "prior.choose", "Choose a prior…", _MENU, lambda actions: actions.choose_prior(), ("Shift+P",), _has_study
    ),
    UiCommand("prior.close", "Close the prior", _MENU, lambda actions: actions.close_prior(), (), _has_prior),
    UiCommand("link.scroll", "Scroll together", _MENU, _link, ("X",), is_on=_is_linked),
    UiCommand(
        "link.register",
        "Register with the series beside",
        _MENU,
        lambda actions: actions.register_stacks(),
        ("Shift+X",),
        _are_several,
    ),
    *(
        UiCommand(f"link.{name}", label, _MENU, partial(_share, label, toggled), is_on=partial(_is_shared, name))
        for name, label, toggled in _SHARED
    ),
    UiCommand("view.reference_lines", "Reference lines", _MENU, _toggle_lines, is_on=_has_lines),
)
