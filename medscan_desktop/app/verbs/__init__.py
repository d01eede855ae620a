"""The verbs of `medscan`, one module a noun: the arguments, the use case they call, and what is printed."""

from collections.abc import Callable

from medscan_desktop.app.verbs import audit, exports, findings, home, imports, models, pictures, studies
from medscan_desktop.app.verbs.adding import Adder

VERBS: tuple[Callable[[Adder], None], ...] = (
    home.add_verbs,
    imports.add_verbs,
    studies.add_verbs,
    findings.add_verbs,
    models.add_verbs,
    pictures.add_verbs,
    exports.add_verbs,
    audit.add_verbs,
)
