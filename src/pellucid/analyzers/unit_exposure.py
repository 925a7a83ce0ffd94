"""How much a service of systemd may do, weighed as systemd-analyze(1) "security" does; directives: systemd.exec(5)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import structs

from pellucid.analyzers import unit_lists
from pellucid.analyzers.unit_parts import Part, weights, words
from pellucid.formats.systemd_unit import Unit

ROOT = ("", "0", "root")
WORST = 10


def exposure(parts: Sequence[Part]) -> int:
    """In tenths: 0 for a service that may do nothing, 100 for one that may do everything."""
    counting = [(part.badness, part) for part in parts if part.badness is not None]
    weight = sum(part.weight for _, part in counting)
    bad = sum(-(-badness * part.weight // part.range) for badness, part in counting)
    return -(-bad * 100 // weight)


@cache
def unconfined() -> int:
    """The exposure of a service of which nothing is said."""
    return exposure(list(parts(Unit())))


def parts(unit: Unit) -> Iterator[Part]:
    """All that is weighed of a unit; what hides files says nothing of a service that runs before they are there."""
    for part in _every(unit):
        yield structs.replace(part, badness=None) if unit.early and part.directive in LATER else part


LATER = ("PrivateTmp", "ProtectHome", "ProtectSystem", "RootDirectory")


def _every(unit: Unit) -> Iterator[Part]:
    yield from _user(unit)
    root = unit.last("RootDirectory", "/") in ("", "/") and not unit.last("RootImage")
    yield Part("RootDirectory", int(root), 200)
    for directive, weight in weights()["switches"].items():
        implied = unit.is_on("DynamicUser") and directive in DYNAMIC
        yield Part(directive, int(not (unit.is_on(directive) or implied)), weight)
    for directive, row in weights()["words"].items():
        yield Part(directive, _word(unit, directive, row), row["weight"], row["range"])
    yield from unit_lists.listed(unit)
    yield Part("AmbientCapabilities", int(bool(words(unit, "AmbientCapabilities"))), 500)
    yield Part("Delegate", int(unit.last("Delegate").lower() not in ("", "no", "0", "false", "off")), 100)
    yield Part("DeviceAllow", _devices(unit), 1000, 10)
    yield Part("UMask", _umask(unit.last("UMask")), 100, 10)
    yield Part("IPAddressDeny", _addresses(unit), 1000, 10)


DYNAMIC = ("NoNewPrivileges", "PrivateTmp", "RestrictSUIDSGID")


def _user(unit: Unit) -> Iterator[Part]:
    user, dynamic = unit.last("User"), unit.is_on("DynamicUser")
    is_root = user in ROOT and not (dynamic and not user)
    yield Part("User", 10 if is_root else 9 if user == "nobody" else 0, 2000, 10)
    groups = None if is_root else int(bool(words(unit, "SupplementaryGroups")))
    yield Part("SupplementaryGroups", groups, 200)
    yield Part("RemoveIPC", None if is_root else int(not (dynamic or unit.is_on("RemoveIPC"))), 100)


def _word(unit: Unit, directive: str, row: Mapping[str, Any]) -> int:
    said = unit.last(directive).lower()
    word = "yes" if said in ("1", "y", "true", "t", "on") else said
    if unit.is_on("DynamicUser") and directive == "ProtectSystem":
        word = "strict"
    elif unit.is_on("DynamicUser") and directive == "ProtectHome" and word not in row["values"]:
        word = "read-only"
    found: int = row["values"].get(word, row["default"])
    return found


def _devices(unit: Unit) -> int:
    if unit.last("DevicePolicy", "auto") == "auto" and not unit.is_on("PrivateDevices"):
        return 10
    # That of the clock may still be read.
    return 5 if unit.service.get("DeviceAllow") or unit.is_on("ProtectClock") else 0


def _umask(said: str) -> int:
    mask = int(said, 8) if said and len(said) < 6 and not said.strip("01234567") else 0o022
    return next((badness for bit, badness in ((0o2, 10), (0o4, 5), (0o20, 2), (0o40, 1)) if not mask & bit), 0)


def _addresses(unit: Unit) -> int:
    if not {"any", "0.0.0.0/0"} & set(words(unit, "IPAddressDeny")):
        return 10
    allowed = words(unit, "IPAddressAllow")
    local = all(word == "localhost" or word.startswith(("127.", "::1")) for word in allowed)
    return 0 if not allowed else 2 if local else 5
