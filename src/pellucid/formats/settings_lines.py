"""Configuration files that are lists of settings: words, "=", sections of INI, of UCI and of Apache, blocks of nginx.

sshd_config(5), smb.conf(5), vsftpd.conf(5), sysctl.conf(5), login.defs(5), the configuration of OpenWrt (UCI).
"""

import re
from collections.abc import Iterator

import msgspec

MOST_BYTES = 512 << 10
MOST_LINES = 20_000
LONGEST_VALUE = 1000


class Setting(msgspec.Struct, frozen=True):
    """`key` is in lower case, `value` without quotes and comment, `section` in lower case as it is written.

    `at` is the offset of the line's first word, `text` the line without its end.
    """

    key: str
    value: str
    section: str
    at: int
    text: str


class Syntax(msgspec.Struct, frozen=True):
    """How a kind of file is written: `section` matches a line that opens one, `end` one that closes it.

    `several` settings may stand in a line.
    """

    line: re.Pattern[str]
    comment: re.Pattern[str]
    section: re.Pattern[str] | None = None
    end: re.Pattern[str] | None = None
    several: bool = False


_COMMENT = re.compile(r"(?:^|\s)#.*$")
_HASH, _HASH_OR_SEMICOLON = re.compile(r"[ \t]#.*$"), re.compile(r"[ \t][#;].*$")
_WORDS = re.compile(r"(?P<key>[\w.\-]+)(?:[ \t]*=[ \t]*|[ \t]+|$)(?P<value>.*)")
_EQUALS = re.compile(r"-?(?P<key>[\w.\-/ \t]{0,60}[\w.\-/])[ \t]*(?:\+|:)?=[ \t]*(?P<value>.*)")
SYNTAXES = {
    # As soon as it is matched, a block of sshd holds to the next one; "all" matches everybody.
    "sshd": Syntax(
        _WORDS, _HASH, re.compile(r"(?i)match[ \t]+(?!all[ \t]*$)(?P<name>.+)"), re.compile(r"(?i)match\b.*")
    ),
    "words": Syntax(_WORDS, _HASH),
    "equals": Syntax(_EQUALS, _HASH),
    "ini": Syntax(_EQUALS, _HASH_OR_SEMICOLON, re.compile(r"\[(?P<name>[^\]]*)\]")),
    "uci": Syntax(
        re.compile(r"(?:option|list)[ \t]+['\"]?(?P<key>[\w\-]+)['\"]?[ \t]+(?P<value>.*)"),
        _HASH,
        re.compile(r"config[ \t]+(?P<name>.+)"),
    ),
    # What ends in ";" or "{" is nginx's, whose directives have the same names.
    "apache": Syntax(
        re.compile(r"(?P<key>[A-Za-z]\w*+)[ \t]++(?P<value>.*)(?<![;{])$"),
        _HASH,
        re.compile(r"<(?P<name>[A-Za-z][^>]*)>"),
        re.compile(r"</.*"),
    ),
    "nginx": Syntax(re.compile(r"(?P<key>[a-z]\w*+)[ \t]++(?P<value>.*)"), _HASH, several=True),
}


def read(data: bytes, syntax: str) -> Iterator[Setting]:
    """The settings of a file in their order, with those that are commented out left out; at most 20,000 lines of it."""
    how = SYNTAXES[syntax]
    section = ""
    for start, line in lines(data):
        if how.section and (opened := how.section.match(line)):
            section = opened["name"].strip().lower()
        elif how.end and how.end.match(line):
            section = ""
        else:
            for statement in _statements(line) if how.several else (line,):
                if setting := how.line.match(statement[: 2 * LONGEST_VALUE]):
                    value = how.comment.sub("", setting["value"]).strip()[:LONGEST_VALUE]
                    yield Setting(" ".join(setting["key"].lower().split()), _bare(value), section, start, line)


def lines(data: bytes) -> Iterator[tuple[int, str]]:
    """(offset of the first word, text) of each line that is neither empty nor a comment; 20,000 at most are read."""
    at = 0
    for raw in data[:MOST_BYTES].split(b"\n")[:MOST_LINES]:
        line = raw.decode("utf-8", "replace").strip()
        start, at = at + len(raw) - len(raw.lstrip()), at + len(raw) + 1
        if line and line[0] not in "#;!":
            yield start, line


def _statements(line: str) -> Iterator[str]:
    """What ends in ";" on a line, inside of blocks or not."""
    for part in re.split(r"[{}]", _COMMENT.sub("", line)):
        yield from (statement.strip() for statement in part.split(";")[:-1])


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
