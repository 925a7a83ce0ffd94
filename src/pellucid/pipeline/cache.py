"""What the runner asks of the place where results are kept; services hand an implementation in."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class ResultCache(Protocol):
    """Encoded contents by SHA-256."""

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]: ...

    def put_many(self, results: Mapping[str, bytes]) -> None: ...


class NoCache:
    """Remembers nothing."""

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        del keys
        return {}

    def put_many(self, results: Mapping[str, bytes]) -> None:
        del results
