"""Which revision of microcode Intel's security updates have for a processor (release notes of Intel's data files)."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec


class Release(msgspec.Struct, frozen=True):
    """The newest release with security updates that has microcode for a processor, on `platforms` (bits)."""

    on: date
    platforms: int
    revision: int
    advisories: tuple[str, ...]


def release_for(signature: int, platforms: int) -> Release | None:
    """That for the processor of a CPUID `signature` on any of `platforms`; None when none is known."""
    rows = table().get(signature, ())
    return max((row for row in rows if row.platforms & platforms), key=lambda row: row.on, default=None)


@cache
def table() -> Mapping[int, Sequence[Release]]:
    """By the signature."""
    text = Path(__file__).with_name("microcode_releases.toml").read_text(encoding="utf-8")
    found: dict[int, list[Release]] = {}
    for day, release in tomllib.loads(text).items():
        for processor, revision in release["revisions"].items():
            name, _, platforms = processor.partition("/")
            row = Release(date.fromisoformat(day), int(platforms, 16), revision, tuple(release["advisories"]))
            found.setdefault(signature_of(name), []).append(row)
    return found


def signature_of(name: str) -> int:
    """The CPUID signature of "family-model-stepping" (Intel SDM, volume 2, CPUID, figure 3-6)."""
    family, model, stepping = (int(part, 16) for part in name.split("-"))
    return model >> 4 << 16 | family << 8 | (model & 15) << 4 | stepping
