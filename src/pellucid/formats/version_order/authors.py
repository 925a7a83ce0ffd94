"""The order of software taken as its authors release it, where no rule is written down; and OpenSSL's, the same.

Numbers by value, missing ones as zero. "rc", "beta", "alpha", "pre" are before the release; "p" with a number and other
letters are after it, and before the next number (3.0p1 < 3.0.1). Letters count up to z and go on with za
(1.0.2z < 1.0.2za < 1.0.2zd); a single letter between digits is a stage instead (2.0b1 is a beta, 1.0.2b is a release).
BusyBox calls what comes before 1.37.0 "1.37.0.git".
"""

import re

from pellucid.formats.version_keys import Flat, Order

_TOKEN = re.compile(r"[0-9]+|[a-z]+")
_STAGES = {
    "dev": -6,
    "devel": -6,
    "snapshot": -6,
    "nightly": -6,
    "test": -5,
    "alpha": -5,
    "beta": -4,
    "milestone": -3,
    "pre": -2,
    "preview": -2,
    "rc": -1,
}
# Stages only when a number follows at once.
_LETTERS = {"a": -5, "b": -4, "m": -3}
_PATCHES = frozenset(("p", "pl", "patch", "patchlevel", "post", "sp"))
# These say of a version only that it is one.
_SAYS_NOTHING = frozenset(("final", "ga", "release", "stable", "lts", "dirty"))
_END, _WORD, _NUMBER = 0, 1, 2
_BUILT_WITH = re.compile(r"[-_](fips|quic)\b")


def key(version: str) -> Flat:
    """A leading "v" and what follows a "+" (build metadata, a distribution's revision) do not count."""
    text = version.strip().lower().removeprefix("v").partition("+")[0]
    found = list(_TOKEN.finditer(text))
    parts: list[int | str] = []
    zeros = 0
    for place, token in enumerate(found):
        word = token[0]
        if word.isdigit():
            if not word.strip("0"):
                zeros += 1
                continue
            # The more zeros stand before a number, the nearer it is to the release that ends there.
            parts += (_NUMBER, -zeros, int(word))
        elif word in _SAYS_NOTHING:
            continue
        else:
            follower = found[place + 1] if place + 1 < len(found) and found[place + 1][0].isdigit() else None
            parts += _word(word, follower is not None, follower is not None and follower.start() == token.end())
        zeros = 0
    return (*parts, _END)


def _word(word: str, numbered: bool, joined: bool) -> Flat:
    if word in _STAGES:
        return (_STAGES[word],)
    if word in _LETTERS and joined:
        return (_LETTERS[word],)
    if word == "git" and not numbered:
        return (_STAGES["dev"],)
    return (_WORD, 0, "p") if word in _PATCHES and numbered else (_WORD, len(word), word)


def _openssl(version: str) -> Flat:
    return key(_BUILT_WITH.sub("", version.lower()))


upstream = Order("generic", key)
openssl = Order("openssl", _openssl)
