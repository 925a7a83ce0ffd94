"""What one scan may use in all."""

from dataclasses import dataclass, field

from pellucid.analysis.limits import Limits


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Bytes and files that come out, depth of nesting, seconds; `limits` and `unit_seconds` for each artefact.

    `reserve` is the free space, in bytes, that must stay on the disk.
    """

    bytes: int = 32 << 30
    files: int = 500_000
    depth: int = 24
    seconds: float = 4 * 3600.0
    unit_seconds: float = 120.0
    reserve: int = 0
    limits: Limits = field(default_factory=Limits)
