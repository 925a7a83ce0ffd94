"""Versions as the CPE dictionary, authors, binaries and tags of repositories write them, brought together.

The dictionary parts a release from its update ("4.2.8" and "p15", "1.2" and "rc3"); authors write one text ("4.2.8p15",
"1.2-rc3"). `Affected.versions` of CPEs hold "4.2.8:p15"; "4.2.8" with any update, "4.2.8:-" without one.
Where a product has its own ways, `cpe_versions.toml` has a rule for it.
"""

import re
import tomllib
from collections.abc import Hashable
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from pellucid.formats.version_keys import LONGEST, Order
from pellucid.formats.version_order import order

ANY, NOT_APPLICABLE = "*", "-"
_UPDATE = re.compile(
    r"(v?[0-9][0-9a-z.]*?)"
    r"(?:[-_.:~]*((?:rc|alpha|beta|pre|preview|dev|devel|snapshot|test|milestone)(?![a-z]).*)"
    r"|[-_.:~]*((?:p|pl|patch|sp|update|r)[-_.]?[0-9].*)"
    r"|[-_.:~]+((?:a|b|m)[0-9].*)|(?<=[0-9])((?:a|b|m)[0-9].*))"
)
_WORD = re.compile(r"[a-z]+|[0-9]+")
_VERSION_STARTS = re.compile(r"(?<![0-9.])[0-9]")
# Words of tags that say that a version follows, or that this one is no draft.
_VERSION_WORDS = frozenset(("v", "ver", "version", "r", "rel", "release", "eng", "stable", "tag"))
_FOLDERS = frozenset(("", "refs", "tags", "release", "releases"))
_FINAL = re.compile(r"[-_.](?:rel|release|final|stable|ga)$")
_BETWEEN_NUMBERS = re.compile(r"(?<=[0-9])[-_](?=[0-9])")
_BEFORE_PATCH = re.compile(r"(?<=[0-9])[-_](?=p[0-9])")
_SHORTEST_NAME = 3


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is special about a product: its order, what its tags are called, and how its versions are rewritten."""

    order: str = ""
    names: tuple[str, ...] = ()
    rewrite: tuple[tuple[re.Pattern[str], str], ...] = ()


_NO_RULE = Rule()


def order_of(product: str) -> Order:
    """The order of versions of "vendor:product"."""
    return order(_rule(product).order)


@lru_cache(maxsize=1 << 14)
def split(version: str) -> tuple[str, str]:
    """(release, update) as the dictionary has them: "9.3p2" is ("9.3", "p2"), "9.3" is ("9.3", "")."""
    found = _UPDATE.fullmatch(version[:LONGEST].strip().lower())
    return (found[1], found[2] or found[3] or found[4] or found[5]) if found else (version, "")


def joined(listed: str) -> str:
    """The other way round: "9.3:p2" is "9.3p2", "1.2:rc3" is "1.2-rc3", "9.3:-" is "9.3"."""
    release, _, update = listed.partition(":")
    if update in ("", ANY, NOT_APPLICABLE):
        return release
    return release + update if re.fullmatch(r"p[0-9]+", update) else f"{release}-{update}"


@lru_cache(maxsize=1 << 14)
def plain(product: str, version: str) -> str:
    """`version` of "vendor:product" as numbers that its order sorts: without what a tag or a builder adds."""
    text = version.strip()[:LONGEST]
    for pattern, written in _rule(product).rewrite:
        if found := pattern.fullmatch(text.lower()):
            return found.expand(written)
    return text if text[:1].isdigit() or text in ("", ANY, NOT_APPLICABLE) else version_of_tag(product, text) or text


def meaning(product: str, listed: str, order: Order) -> Hashable:
    """What a listed version stands for; it means those versions whose `meanings` hold that."""
    release, _, update = listed.partition(":")
    if release == NOT_APPLICABLE:
        return NOT_APPLICABLE
    kind = "any" if update in ("", ANY) else "bare" if update == NOT_APPLICABLE else "exact"
    return kind, order.key(plain(product, joined(listed)))


def meanings(product: str, version: str, order: Order) -> frozenset[Hashable]:
    """By what lists mean `version`; "-", and the empty one, stand for what has no version."""
    if version in ("", NOT_APPLICABLE):
        return frozenset((NOT_APPLICABLE,))
    written = plain(product, version)
    release, update = split(written)
    key = order.key(written)
    return frozenset((("exact", key), ("any", key), ("any", order.key(release)) if update else ("bare", key)))


@lru_cache(maxsize=1 << 14)
def version_of_tag(owner: str, tag: str) -> str:
    """The version that a tag names: "curl-7_61_0" is 7.61.0, "OpenSSL_1_1_1k" is 1.1.1k, "V_9_3_P2" is 9.3p2.

    `owner` is the repository ("github.com/curl/curl") or "vendor:product". Empty for tags that name no version, and
    for those of other software: repositories hold tags of what they were made from, and of their parts.
    """
    folders, _, text = tag[:LONGEST].strip().lower().rpartition("/")
    if not _FOLDERS.issuperset(folders.split("/")):
        return ""
    names = _names(owner)
    starts = [found.start() for found in _VERSION_STARTS.finditer(text) if _is_own(text[: found.start()], names)]
    if not starts:
        return ""
    version = _FINAL.sub("", text[starts[-1] :])
    if "." not in version:
        version = _BETWEEN_NUMBERS.sub(".", version)
    return _BEFORE_PATCH.sub("", version)


def _is_own(prefix: str, names: frozenset[str]) -> bool:
    """Whether what stands before the version is nothing, a word for versions, or the name of the software."""
    if prefix.endswith(".") and prefix[:-1] not in ("v", ""):
        return False
    words = [word for word in re.split(r"[-_.+ ]+", prefix) if word and word not in _VERSION_WORDS]
    said = "".join(_WORD.findall("".join(words)))
    if not said or said in names:
        return True
    # What tags begin with is often shorter: "php-8.0.0" in php-src, "jpeg-9d" in libjpeg.
    return len(said) >= _SHORTEST_NAME and any(item.startswith(said) or item.endswith(said) for item in names)


@lru_cache(maxsize=1 << 12)
def _names(owner: str) -> frozenset[str]:
    parts = re.split(r"[/:]", owner.lower().removesuffix(".git").rstrip("/"))[-2:]
    own = {"".join(_WORD.findall(part)) for part in (*parts, "".join(parts), *_rule(owner).names)}
    return frozenset(own - {""})


@lru_cache(maxsize=1 << 12)
def _rule(owner: str) -> Rule:
    """By "vendor:product", or by the last part of a repository's address."""
    rules = _rules()
    name = owner.lower().removesuffix(".git").rstrip("/")
    return rules.get(name) or rules.get(name.rpartition("/")[2], _NO_RULE)


@cache
def _rules() -> dict[str, Rule]:
    table = tomllib.loads(Path(__file__).with_name("cpe_versions.toml").read_text("utf-8"))
    found: dict[str, Rule] = {}
    for item in table["product"]:
        rewrite = tuple((re.compile(pattern), written) for pattern, written in item.get("rewrite", ()))
        rule = Rule(order=item.get("order", ""), names=tuple(item.get("names", ())), rewrite=rewrite)
        found |= dict.fromkeys(item["of"], rule)
    return found
