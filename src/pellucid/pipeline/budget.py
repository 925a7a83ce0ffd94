"""What one scan may use in all."""

import msgspec

from pellucid.analysis.limits import Limits


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes and files that come out, depth of nesting, seconds; `limits` and `unit_seconds` for each artefact.

    `ratio` is how many times the size of the image may come out of it in all; it counts beyond the first `ratio_floor`
    bytes. `reserve` is the free space, in bytes, that must stay on the disk.
    """

    bytes: int = 32 << 30
    files: int = 500_000
    ratio: int = 100
    ratio_floor: int = 4 << 30
    depth: int = 24
    seconds: float = 4 * 3600.0
    unit_seconds: float = 120.0
    reserve: int = 0
    limits: Limits = msgspec.field(default_factory=Limits)

    def most_bytes(self, size: int) -> int:
        """What may come out of an image of `size` bytes."""
        return min(self.bytes, max(self.ratio_floor, size * self.ratio))
