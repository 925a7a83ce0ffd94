"""Keys that the world knows, from data files: those that libraries test themselves with, and those that leaked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """A key whose private half others have: its name, `where` it was published, what `harm` it does."""

    name: str
    where: str
    harm: str
    reference: str = ""


@cache
def self_test_keys() -> Mapping[str, str]:
    """Where published keys that libraries carry to test themselves come from, by fingerprint (known_test_keys.toml)."""
    groups = _read("known_test_keys.toml")["group"]
    return {fingerprint: group["where"] for group in groups for fingerprint in group["fingerprints"]}


@cache
def published_keys() -> Mapping[str, PublishedKey]:
    """Published keys by the fingerprint of their SubjectPublicKeyInfo (published_keys.toml)."""
    return {
        fingerprint: PublishedKey(**{name: group[name] for name in ("name", "where", "harm", "reference")})
        for group in _read("published_keys.toml")["group"]
        for fingerprint in group["fingerprints"]
    }


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("pellucid.matchers").joinpath(name).read_text(encoding="utf-8"))
