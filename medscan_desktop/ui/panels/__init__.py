"""The panels beside the images, in the order shown: each a QWidget that takes the viewer's actions."""

from medscan_desktop.ui.panels.findings import FindingsPanel
from medscan_desktop.ui.panels.key_images import KeyImagesPanel
from medscan_desktop.ui.panels.measurements import MeasurementsPanel
from medscan_desktop.ui.panels.models import ModelsPanel
from medscan_desktop.ui.panels.overlays import OverlaysPanel
from medscan_desktop.ui.panels.space import SpacePanel

PANELS = (SpacePanel, ModelsPanel, FindingsPanel, OverlaysPanel, MeasurementsPanel, KeyImagesPanel)
