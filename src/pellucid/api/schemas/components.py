"""Components on the wire: one, and a tree of any size as it is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pellucid.api.schemas.wire import Wire, rfc3339
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.hardening import Hardening

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Component(Wire):
    """`path` is the path inside the container, `container_path` where that one lies ("a.bin!0x40.squashfs").

    The image itself has neither a container nor an entry; what has no bytes has no `sha256`.
    """

    id: str
    name: str
    path: str
    container_path: str | None
    kind: str
    sha256: str | None
    attributes: dict[str, Any]

    @classmethod
    def of(cls, value: TreeComponent) -> "Component":
        return cls.model_validate(wire(value))


def wire(value: TreeComponent) -> dict[str, Any]:
    """The fields of a component, by their wire names: for trees, where a model for each would take its time."""
    return {
        "id": value.id,
        "name": value.name,
        "path": value.path,
        "containerPath": None if value.parent is None else value.container_path,
        "kind": value.kind,
        "sha256": value.sha256 or None,
        "attributes": _attributes(value),
    }


def tree(pieces: Iterable[Sequence[TreeComponent]]) -> Iterator[bytes]:
    """The JSON of RecursiveComponents from places in tree order; never more than a piece of it is in memory."""
    written = [b'{"components":[']
    parents: list[int] = []  # open objects, outermost first
    filled: list[bool] = [False]  # whether the list of each of them, and the outermost list, has something
    for piece in pieces:
        for item in piece:
            while parents and parents[-1] != item.parent:
                written.append(_closed(parents, filled))
            if filled[-1]:
                written.append(b",")
            elif parents:
                written.append(b',"components":[')
            filled[-1] = True
            written.append(_object(item)[:-1])
            parents.append(item.number)
            filled.append(False)
        yield b"".join(written)
        written = []
    while parents:
        written.append(_closed(parents, filled))
    yield b"".join([*written, b"]}"])


def _closed(parents: list[int], filled: list[bool]) -> bytes:
    parents.pop()
    return b"]}" if filled.pop() else b"}"


def _object(value: TreeComponent) -> bytes:
    return _encoder.encode({name: item for name, item in wire(value).items() if item is not None})


_encoder = msgspec.json.Encoder()


def _attributes(value: TreeComponent) -> dict[str, Any]:
    """What is known of it besides, in the words of its container; what is not known is not there."""
    stated: Mapping[str, Any] = {
        "entry": None if value.parent is None else value.entry,
        "size": value.size,
        "format": value.format or None,
        "architecture": value.architecture or None,
        "bits": value.bits,
        "mode": None if value.mode is None else f"{value.mode:04o}",
        "uid": value.uid,
        "gid": value.gid,
        "mtime": _time(value.mtime),
        "target": value.target or None,
        "facts": value.facts or None,
        "header": value.header or None,
        "hardening": [_verdicts(item) for item in value.hardening] or None,
    }
    return {name: item for name, item in stated.items() if item is not None}


def _verdicts(value: Hardening) -> dict[str, Any]:
    checks = [
        {"name": item.name, "verdict": str(item.verdict), "value": item.value, "reason": item.reason}
        for item in value.checks
    ]
    return {"subject": value.subject, "name": value.name, "checks": checks}


def _time(seconds: int | None) -> str | None:
    """RFC 3339; None for what no calendar has."""
    try:
        return None if seconds is None else rfc3339(EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        return None
