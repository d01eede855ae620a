"""Use cases: each a function (ctx, **args) -> Effect that touches no widget, no store and no other use case."""

from medscan_desktop.services.ahead import load_ahead
from medscan_desktop.services.audit import export_audit, list_audit, verify_audit
from medscan_desktop.services.calibrations import list_calibrations, remove_calibration, save_calibration
from medscan_desktop.services.deletion import clear_hold, delete_study, preview_deletion, set_hold
from medscan_desktop.services.desktop import keep_desktop, read_desktop
from medscan_desktop.services.display import read_display, save_presets, save_screen
from medscan_desktop.services.documents import (
    export_document_picture,
    list_documents,
    open_document,
    read_header,
    save_document,
)
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding, list_findings, propose_finding, reject_finding
from medscan_desktop.services.frame import read_frame, save_frame
from medscan_desktop.services.hands import read_hands, save_hands
from medscan_desktop.services.hanging import (
    arrange_protocols,
    delete_protocol,
    delete_protocol_for_all,
    export_protocols,
    import_protocols,
    list_protocols,
    restore_protocols,
    save_protocol,
    save_protocol_for_all,
    try_protocols,
)
from medscan_desktop.services.health import check_health
from medscan_desktop.services.hostile import forget_hostile, list_hostile, retry_series
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.key_images import (
    add_key_image,
    export_key_images,
    list_key_images,
    remove_key_image,
)
from medscan_desktop.services.looks import delete_look, read_looks, save_look
from medscan_desktop.services.measurement_exchange import (
    copy_measurements,
    export_report,
    export_table,
    restore_measurements,
    take_over_report,
    withdraw_measurements,
)
from medscan_desktop.services.measurements import (
    delete_measurement,
    describe_measurement,
    list_measurements,
    save_measurement,
)
from medscan_desktop.services.memory import list_needs, read_budget, set_budget
from medscan_desktop.services.models import list_models, run_model, verify_models
from medscan_desktop.services.overlays import hide_overlay, list_overlays, show_overlay, show_wash
from medscan_desktop.services.pixels import load_stack
from medscan_desktop.services.presence import check_library, look_at_study
from medscan_desktop.services.presentations import export_presentation
from medscan_desktop.services.priors import close_prior, list_priors, open_prior
from medscan_desktop.services.reconcile import (
    count_conflicts,
    decide_conflict,
    list_conflicts,
    reopen_conflict,
    replace_by_conflict,
    show_conflict,
)
from medscan_desktop.services.registration import register_stacks
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
    add_key_image,
    arrange_protocols,
    check_health,
    check_library,
    clear_hold,
    close_prior,
    close_study,
    copy_measurements,
    count_conflicts,
    create_first_user,
    decide_conflict,
    delete_look,
    delete_measurement,
    delete_protocol,
    delete_protocol_for_all,
    delete_study,
    describe_measurement,
    dry_run_retention,
    export_audit,
    export_document_picture,
    export_key_images,
    export_pdf,
    export_presentation,
    export_protocols,
    export_report,
    export_seg,
    export_shown_surface,
    export_snapshot,
    export_surface,
    export_table,
    export_view,
    forget_hostile,
    hide_overlay,
    import_files,
    import_protocols,
    keep_desktop,
    list_audit,
    list_calibrations,
    list_conflicts,
    list_documents,
    list_findings,
    list_hostile,
    list_key_images,
    list_measurements,
    list_models,
    list_needs,
    list_overlays,
    list_priors,
    list_protocols,
    list_series,
    list_stacks,
    load_ahead,
    load_stack,
    log_in,
    log_out,
    look_at_files,
    look_at_study,
    look_for_new_files,
    open_document,
    open_prior,
    open_study,
    preview_deletion,
    propose_finding,
    read_budget,
    read_desktop,
    read_display,
    read_frame,
    read_hands,
    read_header,
    read_looks,
    register_stacks,
    reject_finding,
    remove_calibration,
    remove_key_image,
    reopen_conflict,
    replace_by_conflict,
    restore_measurements,
    restore_protocols,
    retry_series,
    run_model,
    run_retention,
    save_calibration,
    save_document,
    save_frame,
    save_hands,
    save_look,
    save_measurement,
    save_presets,
    save_protocol,
    save_protocol_for_all,
    save_screen,
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
    take_over_report,
    try_protocols,
    verify_audit,
    verify_models,
    watch_folders,
    watched_folders,
    withdraw_measurements,
    wrap_files,
)
