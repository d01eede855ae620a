"""Use cases: each a function (ctx, **args) -> Effect that touches no widget, no store and no other use case."""

from medscan_desktop.services.audit import export_audit, list_audit, verify_audit
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding, list_findings, propose_finding, reject_finding
from medscan_desktop.services.health import check_health
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.measurements import delete_measurement, list_measurements, save_measurement
from medscan_desktop.services.models import list_models, run_model, verify_models
from medscan_desktop.services.session import create_first_user, log_in, log_out
from medscan_desktop.services.snapshots import export_snapshot, export_view
from medscan_desktop.services.studies import close_study, list_series, open_study, search_studies, show_series
from medscan_desktop.workstation.command import Command

COMMANDS: tuple[Command, ...] = (
    accept_finding,
    check_health,
    close_study,
    create_first_user,
    delete_measurement,
    export_audit,
    export_pdf,
    export_seg,
    export_snapshot,
    export_view,
    import_files,
    list_audit,
    list_findings,
    list_measurements,
    list_models,
    list_series,
    log_in,
    log_out,
    open_study,
    propose_finding,
    reject_finding,
    run_model,
    save_measurement,
    search_studies,
    show_series,
    verify_audit,
    verify_models,
)
