"""The panels beside the images, in the order shown: each a QWidget that takes the viewer's actions."""

from medscan_desktop.ui.panels.findings import FindingsPanel
from medscan_desktop.ui.panels.measurements import MeasurementsPanel
from medscan_desktop.ui.panels.models import ModelsPanel
from medscan_desktop.ui.panels.overlays import OverlaysPanel

PANELS = (ModelsPanel, FindingsPanel, OverlaysPanel, MeasurementsPanel)
