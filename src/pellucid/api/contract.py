"""The public contract at run time: where its files are, and what the router needs of them.

Only the part of `api.yaml` that names operations is parsed at start; schemas are the business of tests and clients.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

import pellucid
from pellucid.errors import ConfigurationError

# libyaml is five times faster; the pure loader reads the same.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Coverage = Literal["served", "planned", "declined"]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the contract. `permission` "" asks for authentication alone; `status` is that of success."""

    id: str
    method: str
    path: str
    status: int
    permission: str
    tag: str
    summary: str
    coverage: Coverage
    reason: str


def folder() -> Path:
    """Where the contract's files are: inside an installed package, or at the root of a source checkout."""
    package = Path(pellucid.__file__).parent
    for candidate in (package / "_contract", package.parents[1] / "contract"):
        if (candidate / "api.yaml").is_file():
            return candidate
    raise ConfigurationError("The contract's files are missing: the installation is damaged.")


@cache
def operations() -> Mapping[str, Operation]:
    """All operations by id, in the contract's order. Raises ConfigurationError when the two files do not agree."""
    coverage = _coverage()
    found = {
        operation["operationId"]: _operation(path, method, operation, coverage)
        for path, methods in _paths().items()
        for method, operation in methods.items()
    }
    if unknown := coverage.keys() - found.keys():
        raise ConfigurationError(f"coverage.toml names operations that the contract lacks: {sorted(unknown)}.")
    return found


def _paths() -> Mapping[str, Mapping[str, Any]]:
    text = (folder() / "api.yaml").read_text(encoding="utf-8")
    # Half of the file is schemas, which are not needed here.
    section = text[text.index("\npaths:") : text.index("\ncomponents:")]
    paths = yaml.load(section, Loader=LOADER)["paths"]  # noqa: S506 (both loaders are safe ones)
    return cast(Mapping[str, Mapping[str, Any]], paths)


def _coverage() -> dict[str, dict[str, str]]:
    with (folder() / "coverage.toml").open("rb") as file:
        return {name: entry for table in tomllib.load(file).values() for name, entry in table.items()}


def _operation(path: str, method: str, operation: Mapping[str, Any], coverage: Mapping[str, Any]) -> Operation:
    name = operation["operationId"]
    try:
        entry = coverage[name]
        permission = operation["x-permission"]
    except KeyError as error:
        # Absent never means open: an operation nobody decided on must not be reachable by accident.
        raise ConfigurationError(f"{name} lacks {error}.") from error
    if entry["status"] != "served" and not entry.get("reason"):
        raise ConfigurationError(f"{name} is not served: coverage.toml must say why.")
    return Operation(
        id=name,
        method=method.upper(),
        path=path,
        status=min(int(status) for status in operation["responses"]),
        permission=permission,
        tag=operation["tags"][0],
        summary=operation["summary"],
        coverage=entry["status"],
        reason=entry.get("reason", ""),
    )
