"""How values lie in the store: dataclasses as MessagePack without what is as usual, long ones compressed."""

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
import zstandard

from pellucid.domain.statement import AdvisoryRecord, Affected
from pellucid.domain.vulnerability import Vulnerability

# What Zstandard's frames begin with (RFC 8878, 3.1.1); MessagePack and JSON never do.
MAGIC = b"\x28\xb5\x2f\xfd"
SHORT = 120
LARGEST = 64 << 20

_encoder = msgspec.msgpack.Encoder()
_affected = msgspec.msgpack.Decoder(Affected)
_record = msgspec.msgpack.Decoder(AdvisoryRecord)
_vulnerability = msgspec.msgpack.Decoder(Vulnerability)


def digest(data: bytes) -> bytes:
    """128 bits: whether a record is the one that is there already."""
    return blake2b(data, digest_size=16).digest()


@cache
def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=6, write_checksum=False, write_content_size=True)


@cache
def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor()


def packed(data: bytes) -> bytes:
    """Compressed, where that makes it shorter."""
    if len(data) <= SHORT and not data.startswith(MAGIC):
        return data
    return _compressor().compress(data)


def unpacked(data: bytes) -> bytes:
    """What `packed` was given."""
    return _decompressor().decompress(data, max_output_size=LARGEST) if data.startswith(MAGIC) else bytes(data)


def encoded(value: Affected | AdvisoryRecord | Vulnerability) -> bytes:
    """The same value gives the same bytes."""
    return packed(_encoder.encode(_lean(value)))


def _lean(value: Any) -> Any:
    """Without the fields that have their default: they are most of all."""
    if isinstance(value, tuple):
        return [_lean(item) for item in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return {name: _lean(item) for name, default in _defaults(type(value)) if (item := getattr(value, name)) != default}


@cache
def _defaults(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, None if field.default is MISSING else field.default) for field in fields(kind))


def affected(data: bytes) -> Affected:
    """What `encoded` was given."""
    return _affected.decode(unpacked(data))


def record(data: bytes) -> AdvisoryRecord:
    """What `encoded` was given."""
    return _record.decode(unpacked(data))


def vulnerability(data: bytes) -> Vulnerability:
    """What `encoded` was given."""
    return _vulnerability.decode(unpacked(data))
