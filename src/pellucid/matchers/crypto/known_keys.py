"""Keys that the world knows, from data files: those with which libraries test themselves."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def self_test_keys() -> frozenset[str]:
    """Fingerprints of published keys that libraries carry to test themselves (known_test_keys.toml)."""
    text = files("pellucid.matchers").joinpath("known_test_keys.toml").read_text(encoding="utf-8")
    return frozenset(fingerprint for group in tomllib.loads(text)["group"] for fingerprint in group["fingerprints"])
