"""Texts in jars: properties files (java.util.Properties) and manifests (JAR File Specification, "JAR Manifest")."""

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data

LARGEST = 4 << 20
MOST_FIELDS = 2000
LONGEST = 4096


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """`offset` is that of the name in front of it."""

    text: str
    offset: int


def properties(data: Data) -> dict[str, Value]:
    """Names and values of a properties file; the last one of a name counts. Continued lines are cut."""
    found: dict[str, Value] = {}
    at = 0
    for line in bytes(data[:LARGEST]).split(b"\n"):
        text = line[:LONGEST].decode("latin-1").strip()
        if text and text[0] not in "#!" and len(found) < MOST_FIELDS:
            cut = min((place for place in (text.find("="), text.find(":")) if place > 0), default=-1)
            if cut > 0:
                offset = at + len(line) - len(line.lstrip())
                found[text[:cut].rstrip()] = Value(text=text[cut + 1 :].strip().replace("\\", ""), offset=offset)
        at += len(line) + 1
    return found


def manifest(data: Data) -> dict[str, Value]:
    """The main attributes of a manifest and, where they lack a name, those of its first sections.

    Lines are broken after 72 bytes and go on behind a space. Names keep their case. Raises Malformed for a text that
    does not begin as a manifest does.
    """
    content = bytes(data[:LARGEST])
    if not content.lstrip(b"\xef\xbb\xbf\r\n").startswith((b"Manifest-Version:", b"Signature-Version:")):
        raise Malformed("no manifest of a jar")
    found: dict[str, Value] = {}
    name, value, offset, at = "", b"", 0, 0
    for line in content.split(b"\n"):
        body = line.rstrip(b"\r")
        if body[:1] == b" " and name:
            if len(value) < LONGEST:
                value += body[1:]
        else:
            _keep(found, name, value, offset)
            key, colon, rest = body.partition(b":")
            name = key.decode("ascii", "replace") if colon and len(key) <= 80 else ""
            value, offset = rest.removeprefix(b" "), at
        at += len(line) + 1
    _keep(found, name, value, offset)
    return found


def _keep(found: dict[str, Value], name: str, value: bytes, offset: int) -> None:
    if name and len(found) < MOST_FIELDS:
        text = value[:LONGEST].decode("utf-8", "replace").strip()
        found.setdefault(name, Value(text=text, offset=offset))
