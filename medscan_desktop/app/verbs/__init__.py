"""The verbs of `medscan`, one module a noun: the arguments, the use case they call, and what is printed."""

from collections.abc import Callable

from medscan_desktop.app.verbs import (
    audit,
    documents,
    exports,
    findings,
    hanging,
    home,
    hostile,
    imports,
    key_images,
    library,
    measurements,
    memory,
    models,
    overlays,
    pictures,
    reconcile,
    retention,
    stacks,
    studies,
    wrap,
)
from medscan_desktop.app.verbs.adding import Adder

VERBS: tuple[Callable[[Adder], None], ...] = (
    home.add_verbs,
    imports.add_verbs,
    wrap.add_verbs,
    studies.add_verbs,
    stacks.add_verbs,
    library.add_verbs,
    reconcile.add_verbs,
    retention.add_verbs,
    findings.add_verbs,
    measurements.add_verbs,
    key_images.add_verbs,
    hanging.add_verbs,
    memory.add_verbs,
    models.add_verbs,
    overlays.add_verbs,
    pictures.add_verbs,
    documents.add_verbs,
    exports.add_verbs,
    hostile.add_verbs,
    audit.add_verbs,
)
