"""What the runner asks of the place where results are kept; services hand an implementation in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pellucid.domain.file import StoredBlob


class ResultCache(Protocol):
    """Encoded contents by SHA-256."""

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]: ...

    def put_many(self, results: Mapping[str, bytes]) -> None: ...


class ArtefactStore(Protocol):
    """The bytes of artefacts, by SHA-256. May lose anything at any time: the runner unpacks again."""

    def path(self, sha256: str) -> Path: ...

    def exists(self, sha256: str) -> bool: ...

    def adopt(self, path: Path) -> StoredBlob:
        """Take over a finished file: hash it, move it in."""
        ...


class NoCache:
    """Remembers nothing."""

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        del keys
        return {}

    def put_many(self, results: Mapping[str, bytes]) -> None:
        del results
