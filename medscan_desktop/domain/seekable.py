"""What every read-only stream of the product's own shares: its size, its position, and how one moves in it."""

import io
import os


class SeekableBytes(io.RawIOBase):
    """`size` bytes that can be read from any place. Who derives from it writes `readinto`, which moves `_position`."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position in bytes from the beginning."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move, without reading; past the end is allowed and reads nothing. ValueError before the beginning."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self._position = start + offset
        return self._position
