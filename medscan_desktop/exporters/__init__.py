"""What leaves the house, as finished bytes. Exporters get images and values; they read no records and draw no scene."""

from medscan_desktop.domain.export import Format
from medscan_desktop.exporters import pdf, png, seg

EXPORTERS: tuple[Format, ...] = (seg.FORMAT, pdf.FORMAT, png.FORMAT)
