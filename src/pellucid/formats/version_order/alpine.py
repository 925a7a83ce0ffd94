"""The order of apk (apk-package(5), "pkgver"): number{.number}{letter}{_suffix{number}}{~hash}{-r#}.

What is outside that grammar is compared up to there, and is before what ends there.
"""

import re

from pellucid.formats.version_keys import Flat, Order

_VERSION = re.compile(
    r"([0-9]*)((?:\.[0-9]*)*)(?:([a-z])([0-9]*))?"
    r"((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*(?![a-z]))*)(?:~([0-9a-f]+))?(?:-r([0-9]*)(?![a-z]))?"
)
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
_BEFORE = ("alpha", "beta", "pre", "rc")
_AFTER = ("cvs", "svn", "git", "hg", "p")
# What comes at a place where two versions part, the earliest first.
_EARLIER, _OUTSIDE, _END, _REVISION, _HASH, _SUFFIX_NUMBER, _LATER, _EMPTY, _LETTER, _NUMBER = range(10)


def key(version: str) -> Flat:
    """The first number by value, a later one with a leading zero as text (1.01 is before 1.1).

    Old packages have a number after the letter (5.1p1): it counts, though the grammar has no place for it.
    """
    text = version.strip()
    found = _VERSION.match(text)
    if found is None:  # never: every part may be missing
        return (_OUTSIDE,)
    first, numbers, letter, after, suffixes, commit, revision = found.groups()
    parts: list[int | str] = [_NUMBER, int(first)] if first else [_EMPTY]
    for number in numbers.split(".")[1:]:
        parts += _number(number)
    if letter:
        parts += (_LETTER, letter, *((_NUMBER, int(after)) if after else ()))
    for name, number in _SUFFIX.findall(suffixes):
        parts += (_EARLIER, _BEFORE.index(name)) if name in _BEFORE else (_LATER, _AFTER.index(name))
        parts += (_SUFFIX_NUMBER, int(number)) if number else ()
    if commit:
        parts += (_HASH, commit)
    if revision is not None:
        parts += (_REVISION, int(revision or 0))
    return (*parts, _END if found.end() == len(text) else _OUTSIDE)


def _number(text: str) -> Flat:
    if not text:
        return (_EMPTY,)
    return (_NUMBER, 0, text) if text.startswith("0") else (_NUMBER, 1, int(text))


apk = Order("apk", key)
