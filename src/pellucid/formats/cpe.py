"""CPE names: formatted strings of 2.3 and URIs of 2.2 (NISTIR 7695, 6), and how they match (NISTIR 7696, 6)."""

import re
from enum import Enum
from functools import lru_cache
from urllib.parse import unquote

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.cpe_versions import version_of_tag

__all__ = ["ANY", "NOT_APPLICABLE", "CpeName", "Relation", "covers", "name", "parse", "relation", "version_of_tag"]

ANY, NOT_APPLICABLE = "*", "-"
LONGEST = 2048
COMPONENTS = 11
_SPECIAL = re.compile(r"([^A-Za-z0-9._-])")
# What stands between unescaped colons; every backslash takes the next character with it.
_COMPONENT = re.compile(r"((?:[^\\:]|\\.)*)(?::|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PREFIX, _URI = "cpe:2.3:", "cpe:/"
# part:vendor:product:version:update:edition:language, where the edition may pack five components, parted by "~".
_URI_COMPONENTS, _PACKED = 7, 6


class CpeName(msgspec.Struct, frozen=True, kw_only=True):
    """The eleven components, unescaped and in lower case. "*" is any value, "-" not applicable.

    A value that is one of these two signs itself stays escaped.
    """

    part: str
    vendor: str = ANY
    product: str = ANY
    version: str = ANY
    update: str = ANY
    edition: str = ANY
    language: str = ANY
    sw_edition: str = ANY
    target_sw: str = ANY
    target_hw: str = ANY
    other: str = ANY

    @property
    def subject(self) -> tuple[str, str]:
        """As statements name it: ("cpe:a", "haxx:curl")."""
        return f"cpe:{self.part}", f"{self.vendor}:{self.product}"

    @property
    def listed(self) -> str:
        """Version and update as in `Affected.versions`: "1.0.1", "1.0.1:beta1", "1.0.1:-" without an update."""
        return self.version if self.update == ANY else f"{self.version}:{self.update}"

    def __str__(self) -> str:
        components = structs.astuple(self)
        return _PREFIX + ":".join(text if text in (ANY, NOT_APPLICABLE) else _quoted(text) for text in components)


class Relation(Enum):
    """How a value of what is asked for (the source) relates to a value of what is there (the target)."""

    DISJOINT = "disjoint"
    SUBSET = "subset"  # the source is narrower: whether it matches is not known
    EQUAL = "equal"
    SUPERSET = "superset"


def name(product: str, version: str = "") -> str:
    """The name of a version of `product`, which is "part:vendor:product" as the dictionary spells it.

    An empty version stands for any.
    """
    quoted = _SPECIAL.sub(r"\\\1", version)
    return f"cpe:2.3:{product}:{quoted or '*'}:*:*:*:*:*:*:*"


@lru_cache(maxsize=1 << 14)
def parse(text: str) -> CpeName:
    """A name in either binding. Raises Malformed."""
    if len(text) > LONGEST:
        raise Malformed("a CPE name that is too long")
    lower = text.lower()
    if lower.startswith(_PREFIX):
        components = _components(lower.removeprefix(_PREFIX))
        if len(components) != COMPONENTS or not all(components):
            raise Malformed(f"a CPE 2.3 name has eleven components: {text[:100]!r}")
    elif lower.startswith(_URI):
        components = _of_uri(lower.removeprefix(_URI))
    else:
        raise Malformed(f"no CPE name: {text[:100]!r}")
    if components[0] not in ("a", "o", "h", ANY, NOT_APPLICABLE):
        raise Malformed(f"a CPE name of no part: {text[:100]!r}")
    return CpeName(**dict(zip(CpeName.__struct_fields__, components, strict=True)))


def relation(source: str, target: str) -> Relation:
    """Of two values of the same component (NISTIR 7696, table 6-2); wildcards inside of values are not looked for."""
    if source == target:
        return Relation.EQUAL
    if source == ANY:
        return Relation.SUPERSET
    return Relation.SUBSET if target == ANY else Relation.DISJOINT


def covers(source: CpeName, target: CpeName) -> bool:
    """Whether all that `target` may be is meant by `source` (NISTIR 7696, CPE_SUPERSET, or CPE_EQUAL)."""
    pairs = zip(structs.astuple(source), structs.astuple(target), strict=True)
    return all(relation(one, other) in (Relation.EQUAL, Relation.SUPERSET) for one, other in pairs)


def _components(text: str) -> list[str]:
    if "\\" not in text:
        return text.split(":", COMPONENTS)
    found: list[str] = []
    place = 0
    while len(found) <= COMPONENTS:
        component = _COMPONENT.match(text, place)
        if component is None:
            raise Malformed("a CPE name that ends in a backslash")
        found.append(_unquoted(component[1]))
        if component.end() == component.end(1):
            break
        place = component.end()
    return found


def _unquoted(text: str) -> str:
    return text if text in ("\\*", "\\-") else _ESCAPED.sub(r"\1", text)


def _quoted(text: str) -> str:
    return text if text in ("\\*", "\\-") else _SPECIAL.sub(r"\\\1", text)


def _of_uri(text: str) -> list[str]:
    fields = [_decoded(field) for field in text.split(":")]
    if len(fields) > _URI_COMPONENTS:
        raise Malformed(f"a CPE 2.2 name has seven components at most: {text[:100]!r}")
    fields += [ANY] * (_URI_COMPONENTS - len(fields))
    part, vendor, product, version, update, edition, language = fields
    packed = [ANY] * (_PACKED - 2)
    if edition.startswith("~") and edition.count("~") == _PACKED - 1:
        edition, *packed = (item or ANY for item in edition.split("~")[1:])
    return [part, vendor, product, version, update, edition, language, *packed]


def _decoded(field: str) -> str:
    text = unquote(field)
    return f"\\{text}" if text in (ANY, NOT_APPLICABLE) and field != NOT_APPLICABLE else text or ANY
