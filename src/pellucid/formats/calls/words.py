"""Words of machine code as arrays, and numbers with a sign in some of their bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls.program import Addresses, Branches

Words = NDArray[np.int64]


def words(code: bytes, *, big_endian: bool, size: int = 4) -> Words:
    """All aligned words of `size` bytes, without signs."""
    kind = np.dtype(f"{'>' if big_endian else '<'}u{size}")
    return np.frombuffer(code[: len(code) // size * size], kind).astype(np.int64)


def signed(values: Any, bits: int) -> Words:
    """The low `bits` of each as a number with a sign."""
    low = np.asarray(values, np.int64) & ((1 << bits) - 1)
    return low - ((low >> (bits - 1)) << bits)


def sign(value: int, bits: int) -> int:
    """The same of one number."""
    low = value & ((1 << bits) - 1)
    return low - ((low >> (bits - 1)) << bits)


def found_at(at: Addresses, to: Addresses, calls: Any) -> Branches:
    """What `calls` says may be one truth for all."""
    return Branches(at=at, to=to, calls=np.broadcast_to(np.asarray(calls, np.bool_), at.shape))
