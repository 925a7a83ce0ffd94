"""Licences: an identifier or expression of the SPDX list (SPDX 2.3, annex D), or a name that is neither."""

import re
from functools import cache, lru_cache
from hashlib import sha256

import msgspec

from pellucid.reports.schemas import schema

# The list has the licences in alphabetical order, then the exceptions.
FIRST_EXCEPTION = "389-exception"
TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9.+-]+)\s*")
REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
NOT_IN_REFERENCES = re.compile(r"[^A-Za-z0-9.-]+")
MOST_WORDS, MOST_NAME = 500, 40
START, LICENCE, EXCEPTION, AND_OR, WITH = "start", "licence", "exception", "and-or", "with"
OPERATORS = {"and": AND_OR, "or": AND_OR, "with": WITH}
LAST = (LICENCE, EXCEPTION, ")")
# What may come after what.
FOLLOWERS = {
    START: (LICENCE, "("),
    "(": (LICENCE, "("),
    AND_OR: (LICENCE, "("),
    LICENCE: (AND_OR, WITH, ")"),
    WITH: (EXCEPTION,),
    EXCEPTION: (AND_OR, ")"),
    ")": (AND_OR, ")"),
}


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly one is set: `id` of the SPDX list, an `expression` in SPDX's own spelling, or a `name`."""

    id: str = ""
    expression: str = ""
    name: str = ""

    @property
    def reference(self) -> str:
        """As SPDX documents refer to it; a name becomes a LicenseRef, which the document must explain."""
        if not self.name:
            return self.id or self.expression
        readable = NOT_IN_REFERENCES.sub("-", self.name)[:MOST_NAME].strip("-.")
        digest = sha256(self.name.encode("utf-8", "backslashreplace")).hexdigest()[:8]
        return f"LicenseRef-{readable}-{digest}" if readable else f"LicenseRef-{digest}"

    @property
    def unexplained(self) -> dict[str, str]:
        """What a document has to explain, by LicenseRef: the text of each as far as it is known."""
        if self.name:
            return {self.reference: self.name}
        return {name: f"Referred to as {name}; its text was not stated." for name in REFERENCE.findall(self.expression)}


@lru_cache(maxsize=4096)
def licence_of(stated: str) -> Licence | None:
    """The licence that a package states; None when it states none."""
    text = stated.strip()
    if not text or text.upper() in ("NOASSERTION", "NONE", "UNKNOWN"):
        return None
    expression = _expression(text)
    if expression is None:
        return Licence(name=text)
    return Licence(id=expression) if expression in _listed()[0].values() else Licence(expression=expression)


@cache
def _listed() -> tuple[dict[str, str], dict[str, str]]:
    """Licences and exceptions of the SPDX list, by their names in lower case."""
    names: list[str] = schema("spdx.SNAPSHOT")["enum"]
    border = names.index(FIRST_EXCEPTION)
    return {name.lower(): name for name in names[:border]}, {name.lower(): name for name in names[border:]}


def _expression(text: str) -> str | None:
    """The expression in the list's spelling, one blank between words; None when it is no valid one."""
    spelled: list[str] = []
    previous = START
    depth = 0
    for word in _words(text):
        kind, spelling = _known(word, previous)
        depth += (kind == "(") - (kind == ")")
        if kind not in FOLLOWERS[previous] or depth < 0:
            return None
        spelled.append(spelling)
        previous = kind
    if depth or previous not in LAST:
        return None
    return " ".join(spelled).replace("( ", "(").replace(" )", ")")


def _words(text: str) -> list[str]:
    """Words and brackets; none when there is anything else in it, or far too many."""
    words: list[str] = []
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None or len(words) == MOST_WORDS:
            return []
        words.append(found[1])
        at = found.end()
    return words


def _known(word: str, previous: str) -> tuple[str, str]:
    """What a word is, a key of FOLLOWERS, and how the list spells it; ("", "") when it is nothing known."""
    licences, exceptions = _listed()
    lower = word.lower()
    if word in "()":
        return word, word
    if lower in OPERATORS:
        return OPERATORS[lower], word.upper()
    if previous == WITH:
        return (EXCEPTION, exceptions[lower]) if lower in exceptions else ("", "")
    if REFERENCE.fullmatch(word):
        return LICENCE, word
    if lower in licences:
        return LICENCE, licences[lower]
    base = lower.removesuffix("+")
    return (LICENCE, licences[base] + "+") if base in licences else ("", "")
