"""LZNT1, the compression of NTFS ([MS-XCA], section 2.5)."""

from pellucid.errors import Malformed

CHUNK = 4096
PACKED = 0x8000
# For every position in a chunk, how many bits of a token are its length.
_LENGTH_BITS = tuple(16 - max((max(at, 1) - 1).bit_length(), 4) for at in range(CHUNK + 1))


def unpack(packed: bytes, size: int) -> bytes:
    """At most `size` bytes; raises Malformed when a token points outside."""
    parts: list[bytes] = []
    at, left = 0, size
    while at + 2 <= len(packed) and left > 0:
        header = int.from_bytes(packed[at : at + 2], "little")
        if not header:
            break
        end = at + 3 + (header & 0xFFF)
        body = packed[at + 2 : end]
        part = _chunk(body) if header & PACKED else body
        # Only the last chunk of a unit may be short.
        parts.append(part.ljust(CHUNK, b"\0") if left > CHUNK else part[:left])
        left -= CHUNK
        at = end
    return b"".join(parts)


def _chunk(body: bytes) -> bytes:
    found = bytearray()
    at, end = 0, len(body)
    while at < end and len(found) < CHUNK:
        flags = body[at]
        at += 1
        if not flags:
            found += body[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= end:
                break
            if not flags >> bit & 1:
                found.append(body[at])
                at += 1
                continue
            if at + 2 > end or len(found) >= CHUNK:
                raise Malformed("compressed data is damaged")
            token = body[at] | body[at + 1] << 8
            at += 2
            bits = _LENGTH_BITS[len(found)]
            length, back = (token & (1 << bits) - 1) + 3, (token >> bits) + 1
            start = len(found) - back
            if start < 0:
                raise Malformed("compressed data is damaged")
            if back >= length:
                found += found[start : start + length]
            else:
                found += (found[start:] * (length // back + 1))[:length]
    return bytes(found[:CHUNK])
