"""Files, folders and devices that users may write to or read, and should not."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.entry import EntryKind
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.classes import classes, finding_of
from pellucid.matchers.trees.roots import Spot, spots

NAME = "file_permissions"
MOST = 1000
WORLD_READS, WORLD_WRITES, STICKY = 0o004, 0o002, 0o1000
FILES = (EntryKind.FILE, EntryKind.HARDLINK)
DEVICES = (EntryKind.BLOCK_DEVICE, EntryKind.CHARACTER_DEVICE)
TRUSTED, OTHER = "weakness/permission/writable-program", "weakness/permission/writable-file"
SYSTEM_FOLDER, FOLDER = "weakness/permission/writable-system-folder", "weakness/permission/writable-folder"
HASHES, KEY, DEVICE = (
    f"weakness/permission/{name}" for name in ("readable-hashes", "readable-private-key", "open-device")
)


@matcher(name=NAME, version=1)
def file_permissions(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report what every user of a system may change or read: programs, scripts, settings, keys, hashes, raw devices.

    Only where a file system states rights; what lies in one that nobody can write to counts less. One finding a
    class, with all places.
    """
    keys = {
        asset.evidence.artefact
        for asset in inventory.crypto_assets
        if asset.kind is CryptoKind.PRIVATE_KEY and not asset.encrypted
    } - {component.evidence.artefact for component in inventory.components}
    programs = {component.evidence.artefact for component in inventory.components}
    found: dict[str, list[Spot]] = {}
    for spot in spots(inventory.places, WORLD_READS | WORLD_WRITES):
        for class_id in _wrong(spot, is_key=spot.path in keys, is_program=spot.path in programs):
            found.setdefault(class_id, []).append(spot)
    for class_id, wrong in sorted(found.items()):
        stated = classes()[class_id].severity
        # An overlay may still be laid over it.
        fixed = class_id in (TRUSTED, OTHER, SYSTEM_FOLDER, FOLDER) and all(spot.read_only for spot in wrong)
        evidence = tuple(spot.evidence for spot in wrong[:MOST])
        yield finding_of(class_id, evidence, severity=Severity.LOW if fixed else stated)


def _wrong(spot: Spot, *, is_key: bool, is_program: bool) -> Iterator[str]:
    kind, mode = spot.entry.kind, spot.mode
    if kind in FILES:
        if mode & WORLD_READS and _lies("hashes", spot):
            yield HASHES
        elif mode & WORLD_READS and is_key:
            yield KEY
        if mode & WORLD_WRITES and not _lies("left_out", spot):
            yield TRUSTED if is_program or _lies("trusted", spot) else OTHER
    elif kind is EntryKind.DIRECTORY:
        if mode & WORLD_WRITES and not mode & STICKY and (_lies("shared_folders", spot) or not _lies("left_out", spot)):
            yield SYSTEM_FOLDER if _lies("system_folders", spot) else FOLDER
    elif kind in DEVICES and mode & (WORLD_WRITES | WORLD_READS) and _lies("devices", spot):
        yield DEVICE


def _lies(where: str, spot: Spot) -> bool:
    return bool(_patterns()[where].fullmatch(spot.name.rstrip("/")))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = Path(__file__).with_name("file_permissions.toml").read_text(encoding="utf-8")
    return {name: re.compile("|".join(f"(?:{item})" for item in items)) for name, items in tomllib.loads(text).items()}
