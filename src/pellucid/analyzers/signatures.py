"""Signatures: how software shows itself in bytes; a product a file. docs/how-to/add-a-signature.md has every field."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import structs

from pellucid.domain.dependency import Linkage

FOLDER = Path(__file__).parent / "components" / "signatures"

Window = Annotated[int, msgspec.Meta(ge=0, le=4096)]
Confidence = Annotated[float, msgspec.Meta(gt=0, le=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file: a field that is not known is an error."""


class Constant(_Table, frozen=True, kw_only=True):
    """Bytes that are no text, as hexadecimal digits."""

    hex: str


Literal = str | Constant


class Condition(_Table, frozen=True, kw_only=True):
    """What else must stand, or must not stand, in the same artefact."""

    kinds: tuple[str, ...] = ("elf", "pe")
    all_of: tuple[Literal, ...] = ()
    any_of: tuple[Literal, ...] = ()
    none_of: tuple[Literal, ...] = ()
    linkage: Linkage | None = None
    confidence: Confidence | None = None


class Version(Condition, frozen=True, kw_only=True):
    """A string that states the version: a regular expression over a window around `anchor`, sizes in bytes."""

    anchor: Literal
    pattern: str
    before: Window = 0
    after: Window = 200
    near: bool = False


class Presence(Condition, frozen=True, kw_only=True):
    """At least so many of `any_of`, and all of `all_of`, mean that the product is there.

    `version` is not empty where they are the same in no other version.
    """

    version: str = ""
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 1


class Since(_Table, frozen=True, kw_only=True):
    """Strings or symbols that exist from a version on."""

    version: str
    marks: tuple[str, ...]


class LicenceBefore(_Table, frozen=True, kw_only=True):
    """The licence of versions before a boundary."""

    version: str
    licence: str


class Example(_Table, frozen=True, kw_only=True):
    """Bytes that must, or must not, be recognised: `text` as UTF-8, then `hex`; and what is to be said of them.

    `also` are other products that are rightly seen there.
    """

    text: str = ""
    hex: str = ""
    also: tuple[str, ...] = ()
    kind: str = "elf"
    soname: str = ""
    version: str = ""
    version_range: str = ""


class Signature(_Table, frozen=True, kw_only=True):
    """One product."""

    vendor: str
    product: str
    purl: str
    licence: str
    cpe: tuple[str, ...] = ()
    licence_before: LicenceBefore | None = None
    order: str = "generic"
    packages: tuple[str, ...] = ()
    sonames: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    version: tuple[Version, ...] = ()
    presence: tuple[Presence, ...] = ()
    since: tuple[Since, ...] = ()
    hit: tuple[Example, ...] = ()
    miss: tuple[Example, ...] = ()


def parse(name: str, content: bytes) -> Signature:
    """The signature of a file; ValueError names the file and the field that is wrong."""
    import tomllib  # noqa: PLC0415  # what is kept of all files is read without it

    try:
        return msgspec.convert(tomllib.loads(content.decode("utf-8")), Signature)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


@cache
def signatures() -> tuple[Signature, ...]:
    """All products by name, without their examples."""
    found = (parse(name, content) for name, content in texts())
    return tuple(structs.replace(signature, hit=(), miss=()) for signature in found)


def revision() -> int:
    """A number that changes with any signature, and with the shape that they are read into."""
    shape = repr(msgspec.json.schema(Signature)).encode()
    parts = (shape, *(part for name, content in texts() for part in (name.encode(), content)))
    state = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()
    return int.from_bytes(hashlib.sha256(state).digest()[:4], "big")


@cache
def texts() -> tuple[tuple[str, bytes], ...]:
    """Name and content of every file."""
    return tuple((path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.toml")))
