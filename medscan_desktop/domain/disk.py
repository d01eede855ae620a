"""What takes up room on a disk, as people read it."""


def disk_text(size: int) -> str:
    """Bytes as `12.3 GB`, `4.5 MB` or `12 kB`, in powers of ten as disks are sold."""
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
