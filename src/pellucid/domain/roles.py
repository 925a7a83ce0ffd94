"""Roles: named sets of permissions, read from roles.toml beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


class RoleKey(StrEnum):
    ORGANIZATION_ADMIN = "organizationAdmin"
    PRODUCT_ADMIN = "productAdmin"
    RULE_ADMIN = "ruleAdmin"
    READ_ONLY = "readOnly"


@dataclass(frozen=True, kw_only=True)
class Role:
    """`bound_to` names the resource types ("Org", "Product") that the role can be given on."""

    key: RoleKey
    id: str
    name: str
    permissions: frozenset[str]
    bound_to: tuple[str, ...]


def _load() -> tuple[frozenset[str], Mapping[RoleKey, Role]]:
    table = tomllib.loads(Path(__file__).with_name("roles.toml").read_text(encoding="utf-8"))
    permissions = frozenset(table["permissions"])
    roles = [_role(entry, permissions) for entry in table["roles"]]
    return permissions, {role.key: role for role in roles}


def _role(entry: Mapping[str, Any], permissions: frozenset[str]) -> Role:
    granted = {name for name in permissions for pattern in entry["patterns"] if fnmatchcase(name, pattern)}
    return Role(
        key=RoleKey(entry["key"]),
        id=entry["id"],
        name=entry["name"],
        permissions=frozenset(granted),
        bound_to=tuple(entry["bound_to"]),
    )


PERMISSIONS, ROLES = _load()
BY_ID: Mapping[str, Role] = {role.id: role for role in ROLES.values()}
