"""Keys that the world knows, from data files: those that libraries test themselves with, and those that leaked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.domain.listed_key import KeyList

REFERENCES = {"badkeys": "https://badkeys.info/"}


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """A key whose private half others have: its name, `where` it was published, what `harm` it does.

    `for_tests`: as a part of a program it protects nothing. `listed`: the list that says so, and its name for this.
    """

    name: str
    where: str
    harm: str
    reference: str = ""
    for_tests: bool = False
    listed: str = ""


@cache
def self_test_keys() -> Mapping[str, str]:
    """Where published keys that libraries carry to test themselves come from, by fingerprint (known_test_keys.toml)."""
    groups = _read("known_test_keys.toml")["group"]
    return {fingerprint: group["where"] for group in groups for fingerprint in group["fingerprints"]}


@cache
def published_keys() -> Mapping[str, PublishedKey]:
    """By the fingerprint of their SubjectPublicKeyInfo (published_keys.toml, published_test_keys.toml)."""
    groups = (*_read("published_keys.toml")["group"], *_read("published_test_keys.toml")["group"])
    return {
        fingerprint: PublishedKey(
            **{name: group[name] for name in ("name", "where", "harm", "reference")},
            for_tests=group.get("for_tests", False),
        )
        for group in groups
        for fingerprint in group["fingerprints"]
    }


def listed_key(listed: KeyList) -> PublishedKey:
    """What a list of known-bad keys says of a key (listed_keys.toml)."""
    about = _listed().get(listed, {})
    return PublishedKey(
        name=f"{listed.source} lists it ({listed.name})",
        where=about.get("where") or f"a list of compromised keys, where it stands under {listed.name}",
        harm="Its private half is known to others, or can be found by them.",
        reference=about.get("reference") or REFERENCES.get(listed.source, ""),
        for_tests=about.get("for_tests", False),
        listed=f"{listed.source}/{listed.name}",
    )


@cache
def _listed() -> Mapping[KeyList, Mapping[str, Any]]:
    return {KeyList(item["source"], item["name"]): item for item in _read("listed_keys.toml")["list"]}


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).parents[1].joinpath(name).read_text(encoding="utf-8"))
