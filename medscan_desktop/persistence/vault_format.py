"""The vault's file format: a 16-byte header, then AES-256-GCM chunks of 256 KiB of plain bytes, 16 bytes of tag each.

Nonce: the chunk's number (11 bytes, big-endian) and one byte that is 1 on the last chunk; each file has its own random
key, so a nonce never repeats under one key. Associated data: the file's id. So a chunk cannot move within a file or
to another, and a file cut off at a chunk's end is found. An empty file has one empty chunk.
"""

from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 256 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
HEADER = b"medscan vault 1\n"


def nonce(number: int, *, is_last: bool) -> bytes:
    """The 96-bit nonce of a chunk."""
    return number.to_bytes(11, "big") + bytes([is_last])


def chunk_count(size: int) -> int:
    """Of a file of `size` plain bytes; at least one."""
    return max(1, -(-size // CHUNK))


def sealed_size(size: int) -> int:
    """Bytes on disk of a file of `size` plain bytes."""
    return len(HEADER) + size + TAG * chunk_count(size)


def encrypt(source: BinaryIO, target: BinaryIO, cipher: AESGCM, identifier: str) -> int:
    """Write the whole format from a stream of plain bytes; gives their number."""
    associated = identifier.encode()
    _write_all(target, HEADER)
    size, number = 0, 0
    chunk = _read_chunk(source)
    is_last = False
    while not is_last:
        following = _read_chunk(source) if len(chunk) == CHUNK else b""
        is_last = not following
        _write_all(target, cipher.encrypt(nonce(number, is_last=is_last), chunk, associated))
        size, number, chunk = size + len(chunk), number + 1, following
    return size


def _read_chunk(source: BinaryIO) -> bytes:
    """A full chunk unless the stream ends: a raw stream may give less than was asked for."""
    parts: list[bytes] = []
    missing = CHUNK
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _write_all(target: BinaryIO, content: bytes) -> None:
    """An unbuffered write may be short, as on a disk that fills up; the next one then says so."""
    rest = memoryview(content)
    while rest:
        rest = rest[target.write(rest) :]
