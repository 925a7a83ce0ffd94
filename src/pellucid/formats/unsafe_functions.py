"""Functions that cannot be used safely, or rarely are, by the name that a program imports (unsafe_functions.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from pellucid.domain.severity import Severity

PLATFORMS = ("elf", "pe", "macho")
# Of Darwin: variants of a function that differ in what standard they follow.
VARIANTS = ("$UNIX2003", "$DARWIN_EXTSN", "$NOCANCEL", "$1050", "$INODE64")


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """What functions have in common; `raised` is the severity of a call whose surroundings show that it is unsafe."""

    id: str
    raised: Severity


class UnsafeFunction(msgspec.Struct, frozen=True, kw_only=True):
    """`why` and `safer` complete "it ..." and "use ..."; `severity` is that of a finding, UNSPECIFIED for none."""

    name: str
    category: Category
    why: str
    safer: str
    cwe: str
    severity: Severity
    platforms: frozenset[str]
    sources: tuple[str, ...]


@cache
def table() -> Mapping[str, UnsafeFunction]:
    """Every function by its name in C."""
    text = Path(__file__).with_name("unsafe_functions.toml").read_text(encoding="utf-8")
    found = {}
    for id_, group in tomllib.loads(text).items():
        category = Category(id=id_, raised=Severity(group["raised"]))
        for name, row in group["functions"].items():
            found[name] = UnsafeFunction(
                name=name,
                category=category,
                why=row.get("why", group["why"]),
                safer=row["safer"],
                cwe=row.get("cwe", group["cwe"]),
                severity=Severity(row["severity"]),
                platforms=frozenset(row["on"]),
                sources=tuple(row["sources"]),
            )
    return found


def find(symbol: str, platform: str) -> UnsafeFunction | None:
    """The function that a symbol names on "elf", "pe" or "macho".

    The checked variants that _FORTIFY_SOURCE puts in their place (`__strcpy_chk`) are other functions.
    """
    found = table().get(plain(symbol, platform))
    return found if found and platform in found.platforms else None


def plain(symbol: str, platform: str) -> str:
    """The name in C of a symbol, "" when it has none: Mach-O puts an underscore in front, and the variant behind."""
    if platform != "macho":
        return symbol
    if not symbol.startswith("_"):
        return ""
    name = symbol[1:]
    for variant in VARIANTS:
        name = name.removesuffix(variant)
    return name


def checked(symbol: str, platform: str) -> str:
    """The unsafe function that a checked variant stands for: "strcpy" for `__strcpy_chk`; "" for other symbols."""
    name = plain(symbol, platform)
    inner = name[2:-4] if name.startswith("__") and name.endswith("_chk") else ""
    return inner if inner in table() else ""
