"""The official schemas of the documents that are written here; origins.toml says where each comes from."""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from pellucid.errors import InvalidReport

_FILES = Path(__file__).parent
_REFERRED = ("spdx.SNAPSHOT", "jsf-0.82.SNAPSHOT", "cryptography-defs.SNAPSHOT")


@cache
def schema(name: str) -> Any:
    """A schema by the first part of its file's name, such as "bom-1.7.SNAPSHOT"."""
    return msgspec.json.decode(_FILES.joinpath(f"{name}.schema.json").read_bytes())


def check(document: object, name: str) -> None:
    """Raise InvalidReport, which says where, when the document does not meet the schema."""
    validator = _validator(name)
    if not validator.is_valid(document):  # several times as fast as asking for the errors
        error = next(iter(validator.iter_errors(document)))
        where = "/".join(map(str, error.instance_path))
        raise InvalidReport(f"The report does not meet the schema {name} at {where!r}: {error.message[:200]}.")


def prepare(name: str) -> None:
    """Compile a schema, which `check` does where it was not done before."""
    _validator(name)


@cache
def _validator(name: str) -> Any:
    content = schema(name)
    # The schemas refer to each other by the names of their files, relative to where the first says that it lies.
    folder = content.get("$id", "").rpartition("/")[0]
    resolved = [(f"{folder}/{other}.schema.json", schema(other)) for other in _REFERRED]
    return jsonschema_rs.validator_for(content, registry=jsonschema_rs.Registry(resolved), validate_formats=True)
