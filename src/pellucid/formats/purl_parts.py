"""Package URLs taken apart (ECMA-427, purl), and the ecosystems that their types belong to (ecosystems.toml)."""

import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import msgspec

from pellucid.errors import Malformed

LONGEST = 1024
TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,40}")


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Decoded parts; those that are not there are empty."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: dict[str, str] = msgspec.field(default_factory=dict)


class Ecosystem(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table: OSV's name, what joins namespace and name, whether distributions build its packages."""

    ecosystem: str = ""
    joined: str = ""
    distribution: bool = False


@cache
def _ecosystems() -> dict[str, Ecosystem]:
    text = Path(__file__).with_name("ecosystems.toml").read_text(encoding="utf-8")
    return {type_: Ecosystem(**row) for type_, row in tomllib.loads(text).items()}


def ecosystem(type_: str) -> Ecosystem:
    """The ecosystem of a type of package URLs; an empty one when there is none."""
    return _ecosystems().get(type_, Ecosystem())


def parts(purl: str) -> Parts:
    """The parts of a package URL; raises Malformed."""
    if len(purl) > LONGEST or not purl.startswith("pkg:") or not purl.isprintable():
        raise Malformed("no package URL")
    path, _, rest = purl.partition("#")[0].partition("?")
    type_, _, path = path.removeprefix("pkg:").lstrip("/").partition("/")
    head, at, version = path.rpartition("@")
    names = [unquote(part) for part in (head if at else path).split("/") if part]
    if not names or not TYPE.fullmatch(type_.lower()):
        raise Malformed("a package URL without type or name")
    pairs = (pair.partition("=") for pair in rest.split("&")[:64] if pair)
    return Parts(
        type=type_.lower(),
        namespace="/".join(names[:-1]),
        name=names[-1],
        version=unquote(version) if at else "",
        qualifiers={key.lower(): unquote(value) for key, _, value in pairs},
    )
