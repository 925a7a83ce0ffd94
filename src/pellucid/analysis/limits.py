"""Limits of one extraction."""

import msgspec

MIB = 1 << 20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What may come out of one artefact. `ratio` counts only beyond the first `ratio_floor` bytes."""

    bytes: int = 8 << 30
    files: int = 250_000
    ratio: int = 100
    ratio_floor: int = 256 * MIB
    name_length: int = 4096
    seconds: float = 100.0
