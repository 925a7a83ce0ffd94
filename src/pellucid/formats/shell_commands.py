"""Commands of shell scripts, as far as they can be read without running them (POSIX.1-2017, Shell Command Language)."""

import re
from collections.abc import Iterator

import msgspec

MOST_BYTES = 256 << 10
MOST_LINES = 10_000
MOST_WORDS = 64
LONGEST_LINE = 4096
ASSIGNED = re.compile(
    r"(?:export[ \t]+|local[ \t]+|readonly[ \t]+)?([A-Za-z_]\w{0,40})="
    r"(\"[^\"`]{0,500}\"|'[^']{0,500}'|[^\s\"'`;|&()]{0,500})"
)
VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w{0,40})|\{([A-Za-z_]\w{0,40})(?::?-([^}$]{0,200}))?\})")
# A command ends at ";", "|", "&" and newlines; those of subshells and of functions are commands too.
ENDS = re.compile(r"(?<!\\)(?:;+|\|+|&(?!>)|[()`{}]|\$\()")
WORD = re.compile(r"(?:\"(?:[^\"\\]|\\.)*+\"|'[^']*+'|[^\s\"'\\]|\\.)+|\\$")
QUOTE = re.compile(r"[\"']")
# A quote behind a backslash opens nothing.
QUOTED = re.compile(r"(?<!\\)\"(?:[^\"\\]|\\.)*\"|'[^']*'")
COMMENT = re.compile(r"(?:^|[ \t])#.*$")
BEFORE = frozenset(
    ("if", "then", "else", "elif", "do", "while", "until", "!", "exec", "command", "nohup", "setsid", "time")
)


class Command(msgspec.Struct, frozen=True):
    """`words` are the program and its arguments, without quotes; `at` is where the line begins, `text` the line."""

    words: tuple[str, ...]
    at: int
    text: str


def read(data: bytes) -> Iterator[Command]:
    """Each simple command, with the values of variables that the script sets to a text; in the order of the lines."""
    variables: dict[str, str] = {}
    for at, line in _lines(data):
        for name, value in ASSIGNED.findall(line):
            variables.setdefault(name, substituted(_bare(value), variables))
        for part in _parts(substituted(line, variables)):
            words = WORD.findall(part)[:MOST_WORDS]
            while words and (words[0] in BEFORE or ASSIGNED.fullmatch(words[0])):
                words.pop(0)
            if words:
                yield Command(tuple(QUOTE.sub("", word) for word in words), at, line)


def substituted(text: str, variables: dict[str, str]) -> str:
    """The text with the values of variables; those that are not known stand for nothing, or for what is said then."""
    if "$" not in text:
        return text
    return VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[3] or ""), text)[:LONGEST_LINE]


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines, joined where a backslash ends them, without comments; at which offset each begins."""
    at, start, held = 0, 0, ""
    for raw in data[:MOST_BYTES].split(b"\n")[:MOST_LINES]:
        text = raw.decode("utf-8", "replace").rstrip("\r")
        start, at = start if held else at, at + len(raw) + 1
        if text.endswith("\\") and len(held) < LONGEST_LINE:
            held += text[:-1]
            continue
        line, held = COMMENT.sub("", (held + text)[:LONGEST_LINE]).strip(), ""
        if line:
            yield start, line


def _parts(line: str) -> Iterator[str]:
    """The simple commands of a line: what ends one has no meaning in quotes; labels of "case" are no commands."""
    hidden = QUOTED.sub(lambda found: "_" * len(found[0]), line)
    start = depth = 0
    for end in ENDS.finditer(hidden):
        opens, closes = end[0].endswith("("), end[0] == ")"
        is_label, is_function = closes and depth == 0, opens and hidden[end.end() : end.end() + 1] == ")"
        if not is_label and not is_function:
            yield line[start : end.start()]
        depth = max(depth + opens - closes, 0)
        start = end.end()
    yield line[start:]


def _bare(word: str) -> str:
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    return word[1:-1] if quoted else word
