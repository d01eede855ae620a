"""Use cases: each a function (ctx, **args) -> Effect that touches no widget, no store and no other use case."""

from medscan_desktop.services.audit import export_audit, list_audit, verify_audit
from medscan_desktop.services.deletion import clear_hold, delete_study, preview_deletion, set_hold
from medscan_desktop.services.documents import (
    export_document_picture,
    list_documents,
    open_document,
    read_header,
    save_document,
)
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding, list_findings, propose_finding, reject_finding
from medscan_desktop.services.hands import read_hands, save_hands
from medscan_desktop.services.health import check_health
from medscan_desktop.services.hostile import forget_hostile, list_hostile, retry_series
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.measurements import delete_measurement, list_measurements, save_measurement
from medscan_desktop.services.memory import list_needs, read_budget, set_budget
from medscan_desktop.services.models import list_models, run_model, verify_models
from medscan_desktop.services.overlays import hide_overlay, list_overlays, show_overlay, show_wash
from medscan_desktop.services.presence import check_library, look_at_study
from medscan_desktop.services.reconcile import (
    count_conflicts,
    decide_conflict,
    list_conflicts,
    reopen_conflict,
    replace_by_conflict,
    show_conflict,
)
from medscan_desktop.services.retention import dry_run_retention, run_retention, set_retention, show_retention
from medscan_desktop.services.session import create_first_user, log_in, log_out
from medscan_desktop.services.snapshots import export_snapshot, export_view
from medscan_desktop.services.stacks import list_stacks, show_phase, split_series
from medscan_desktop.services.studies import close_study, list_series, open_study, search_studies, show_series
from medscan_desktop.services.surfaces import export_shown_surface, export_surface
from medscan_desktop.services.watching import look_for_new_files, watch_folders, watched_folders
from medscan_desktop.services.wrap import look_at_files, wrap_files
from medscan_desktop.workstation.command import Command

COMMANDS: tuple[Command, ...] = (
    accept_finding,
    check_health,
    check_library,
    clear_hold,
    close_study,
    count_conflicts,
    create_first_user,
    decide_conflict,
    delete_measurement,
    delete_study,
    dry_run_retention,
    export_audit,
    export_document_picture,
    export_pdf,
    export_seg,
    export_shown_surface,
    export_snapshot,
    export_surface,
    export_view,
    forget_hostile,
    hide_overlay,
    import_files,
    list_audit,
    list_conflicts,
    list_documents,
    list_findings,
    list_hostile,
    list_measurements,
    list_models,
    list_needs,
    list_overlays,
    list_series,
    list_stacks,
    log_in,
    log_out,
    look_at_files,
    look_at_study,
    look_for_new_files,
    open_document,
    open_study,
    preview_deletion,
    propose_finding,
    read_budget,
    read_hands,
    read_header,
    reject_finding,
    reopen_conflict,
    replace_by_conflict,
    retry_series,
    run_model,
    run_retention,
    save_document,
    save_hands,
    save_measurement,
    search_studies,
    set_budget,
    set_hold,
    set_retention,
    show_conflict,
    show_overlay,
    show_phase,
    show_retention,
    show_series,
    show_wash,
    split_series,
    verify_audit,
    verify_models,
    watch_folders,
    watched_folders,
    wrap_files,
)
