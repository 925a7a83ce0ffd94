"""Where the rules of a YARA source stand (YARA-X documentation, "The YARA language"): enough of its grammar for that.

Only for sources that compile: of others it may say anything, but says it in linear time.
"""

import re
from collections.abc import Collection, Iterator

import msgspec

# A word, a text, a regular expression ("\\" divides, "/" does not), blanks, or a sign.
TOKEN = re.compile(r"""[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\\n]|\\.)*"|/(?:[^/\\\n]|\\[^\n])+/|\s+|.""", re.DOTALL)
MODIFIERS = ("private", "global")


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in its source, from its first modifier to its last brace. `words` are all that it might refer to."""

    name: str
    start: int
    end: int
    line: int
    words: frozenset[str]


def pieces(source: str) -> list[Piece]:
    """The rules of a source, in their order."""
    found: list[Piece] = []
    start, name, depth = -1, "", 0
    before, words = "", set[str]()
    line, counted = 1, 0
    for at, word in _tokens(source):
        if depth == 0 and word in (*MODIFIERS, "rule") and start < 0:
            start, name, words = at, "", set()
        elif start >= 0 and not name and before == "rule":
            name = word
        if word == "{":
            depth += 1
        elif word == "}" and depth:
            depth -= 1
            if depth == 0 and start >= 0:
                line += source.count("\n", counted, start)
                counted = start
                found.append(Piece(name=name, start=start, end=at + 1, line=line, words=frozenset(words - {name})))
                start = -1
        elif word[0].isalpha() or word[0] == "_":
            words.add(word)
        before = word
    return found


def only(source: str, names: Collection[str]) -> str:
    """The source with these rules alone, and those that they refer to; every line stays where it was."""
    found = pieces(source)
    by_name = {piece.name: piece for piece in found}
    kept, asked = set[str](), [name for name in names if name in by_name]
    # A global rule decides on all others of its file.
    asked += [piece.name for piece in found if "global" in source[piece.start : piece.start + 16].split()[:2]]
    while asked:
        name = asked.pop()
        if name not in kept:
            kept.add(name)
            asked += [word for word in by_name[name].words if word in by_name]
    parts, at = [], 0
    for piece in found:
        if piece.name not in kept:
            parts += [source[at : piece.start], "\n" * source.count("\n", piece.start, piece.end)]
            at = piece.end
    return "".join((*parts, source[at:]))


def _tokens(source: str) -> Iterator[tuple[int, str]]:
    """Words, texts and signs with their offsets; no blanks, no comments."""
    at = 0
    while at < len(source):
        token = ""
        if source.startswith("//", at):
            end = source.find("\n", at)
        elif source.startswith("/*", at):
            end = source.find("*/", at + 2)
            end += 2 if end >= 0 else 0
        elif source.startswith('"""', at):
            end = source.find('"""', at + 3)
            token, end = '"', end + 3 if end >= 0 else end
        else:
            found = TOKEN.match(source, at)
            token, end = (found[0], found.end()) if found else ("", -1)
        if end < 0:
            return
        if token and not token.isspace():
            yield at, token
        at = end
