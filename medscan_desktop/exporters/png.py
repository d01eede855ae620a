"""PNG snapshots. The picture comes finished from `render`; what is said here is only that the format exists."""

from medscan_desktop.domain.export import Format

FORMAT = Format("png", "PNG picture", ".png")
