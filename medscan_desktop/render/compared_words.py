"""The words of panes that are compared: which study each shows, and how it goes with the others. No drawing."""

from dataclasses import dataclass

from medscan_desktop.domain.dates import date_text, interval_text
from medscan_desktop.domain.study import Study
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace

_PRIORS = (0xC77DFF, 0x4CC9F0, 0xFF8FAB, 0x90BE6D)  # the first prior beside the current, the second, ...
_CURRENT = 0xB8C0C8


@dataclass(frozen=True, slots=True)
class StudyBanner:
    """Which examination a pane shows: `is_prior` fills the line with its colour."""

    text: str
    colour: int
    is_prior: bool


def study_banner(workspace: Workspace, stack: Stack) -> StudyBanner | None:
    """The dated line over a pane's image while studies are compared; None while one study is open alone."""
    study = workspace.study_of(stack)
    if study is None or workspace.study is None or not workspace.priors:
        return None
    if not workspace.is_prior(stack):
        return StudyBanner(f"CURRENT {_date(study)}", _CURRENT, is_prior=False)
    number = next(n for n, one in enumerate(workspace.priors) if one.study_instance_uid == study.study_instance_uid)
    when = interval_text(study.study_date, workspace.study.study_date)
    text = " · ".join(part for part in (f"{study_role(workspace, study).upper()} {_date(study)}", when) if part)
    return StudyBanner(text, _PRIORS[number % len(_PRIORS)], is_prior=True)


def study_role(workspace: Workspace, study: Study) -> str:
    """What an open study is to the one that is read: "Current", "Prior", or "Later study"."""
    current = workspace.study
    if current is None or study.study_instance_uid == current.study_instance_uid:
        return "Current"
    return "Later study" if interval_text(study.study_date, current.study_date).endswith("after") else "Prior"


def prior_colour(workspace: Workspace, study: Study) -> int:
    """The colour that a prior has wherever it is shown."""
    uids = [prior.study_instance_uid for prior in workspace.priors]
    uid = study.study_instance_uid
    return _PRIORS[uids.index(uid) % len(_PRIORS)] if uid in uids else _CURRENT


def _date(study: Study) -> str:
    return date_text(study.study_date) or "without a date"
