"""GUIDs as UEFI stores them (UEFI 2.10, appendix A), and the names of those that are widely known."""

import tomllib
import uuid
from functools import cache
from pathlib import Path

SIZE = 16


def text(raw: bytes) -> str:
    """The 16 bytes `raw` in the usual notation, in upper case."""
    return str(uuid.UUID(bytes_le=bytes(raw))).upper()


def raw(notation: str) -> bytes:
    """The 16 bytes of a GUID in the usual notation."""
    return uuid.UUID(notation).bytes_le


def named(notation: str) -> str:
    """The name that the specifications and EDK II give a GUID; empty when it is not in the table."""
    return _names().get(notation, "")


def shown(packed: bytes) -> str:
    """The name of a GUID, else its notation."""
    notation = text(packed)
    return named(notation) or notation


@cache
def _names() -> dict[str, str]:
    table = Path(__file__).with_name("guids.toml").read_text(encoding="utf-8")
    groups: dict[str, dict[str, str]] = tomllib.loads(table)
    return {notation.upper(): name for group in groups.values() for name, notation in group.items()}
