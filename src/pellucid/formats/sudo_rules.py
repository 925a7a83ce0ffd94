"""Rules of sudo: sudoers(5)."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

MOST_BYTES = 256 << 10
MOST_LINES = 10_000
MOST_MEMBERS = 1000
TAG = re.compile(r"(NOPASSWD|PASSWD|(?:NO)?(?:EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))[ \t]*:[ \t]*")
RUN_AS = re.compile(r"\([^)]*\)[ \t]*")
OPTION = re.compile(
    r"(?:ROLE|TYPE|NOTBEFORE|NOTAFTER|TIMEOUT|CWD|CHROOT|APPARMOR_PROFILE|PRIVS|LIMITPRIVS)=[^\s,]+[ \t]*"
)
DEFAULTS = re.compile(r"Defaults(?P<whom>[@:!>][^\s]+)?[ \t]+(?P<options>.+)")
ALIAS = re.compile(r"(?P<kind>User|Runas|Host|Cmnd|Cmd)_Alias[ \t]+(?P<rest>.+)")
# What is possessive here is tried once only, however long it is.
HOSTS = re.compile(r"\s(?P<hosts>[\w.\-!,\s*\[\]/%+]++)=\s*+(?P<rest>[^=].*)")
ASSIGNMENT = re.compile(r"(?<!\s)\s*+(\+?=|-=)\s*+")
COMMENT = re.compile(r"(?<!\\)#(?![\d]).*$")
INCLUDE = re.compile(r"[#@]include(?:dir)?[ \t]")
COMMA = re.compile(r"(?<!\\),")


class Rule(msgspec.Struct, frozen=True):
    """`users` may run `commands`, as they are written; `password` says whether they are asked for theirs."""

    users: tuple[str, ...]
    commands: tuple[str, ...]
    password: bool
    at: int
    text: str


class Default(msgspec.Struct, frozen=True):
    """One option: "!authenticate", "env_keep+=LD_PRELOAD"; of whom, where it is not for all."""

    option: str
    whom: str
    at: int
    text: str


def read(data: bytes) -> Iterator[Rule | Default]:
    """Rules and options in their order; aliases of users and commands are replaced by what they stand for."""
    aliases: dict[str, tuple[str, ...]] = {}
    lines = list(_lines(data))
    for _, line in lines:
        if alias := ALIAS.match(line):
            for part in re.split(r"\s:\s", alias["rest"]):
                name, equals, members = part.partition("=")
                if equals:
                    aliases[name.strip()] = tuple(word.strip() for word in COMMA.split(members))
    for at, line in lines:
        if stated := DEFAULTS.match(line):
            for option in COMMA.split(stated["options"]):
                yield Default(ASSIGNMENT.sub(r"\1", option.strip()), stated["whom"] or "", at, line)
        elif not ALIAS.match(line) and (found := _user_part(line)):
            users, rest = found
            yield from _rules(tuple(_expanded(users, aliases)), rest, aliases, at, line)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines with those that continue them, without comments; at which offset each begins."""
    at, start, held = 0, 0, ""
    for raw in data[:MOST_BYTES].split(b"\n")[:MOST_LINES]:
        text = raw.decode("utf-8", "replace").rstrip("\r")
        start, at = start if held else at, at + len(raw) + 1
        if text.endswith("\\"):
            held += text[:-1]
            continue
        line, held = (held + text).strip(), ""
        if line and not INCLUDE.match(line) and (line := COMMENT.sub("", line).strip()):
            yield start, line


def _user_part(line: str) -> tuple[list[str], str] | None:
    """The users of a rule, and what follows "="; a list has blanks only after its commas."""
    end = re.match(r"(?:[^\s,\\]|\\.)+(?:\s*,\s*(?:[^\s,\\]|\\.)+)*", line)
    if not end:
        return None
    rest = HOSTS.match(line, end.end())
    return ([word.strip() for word in end[0].split(",")], rest["rest"]) if rest else None


def _rules(
    users: tuple[str, ...], rest: str, aliases: dict[str, tuple[str, ...]], at: int, text: str
) -> Iterator[Rule]:
    """Tags hold for all commands that follow, until the opposite one."""
    asked: dict[bool, list[str]] = {True: [], False: []}
    password = True
    for word in COMMA.split(rest):
        command = word.strip()
        if run_as := RUN_AS.match(command):
            command = command[run_as.end() :]
        while option := OPTION.match(command):
            command = command[option.end() :]
        while tag := TAG.match(command):
            password = {"NOPASSWD": False, "PASSWD": True}.get(tag[1], password)
            command = command[tag.end() :]
        if len(asked[password]) < MOST_MEMBERS:
            asked[password] += _expanded([command.strip()], aliases)
    for whether, commands in asked.items():
        if commands:
            yield Rule(users, tuple(commands), whether, at, text)


def _expanded(words: list[str], aliases: dict[str, tuple[str, ...]]) -> list[str]:
    """Aliases may stand for others: two levels of them are looked up."""
    for _ in range(2):
        members = (member for word in words for member in aliases.get(word, (word,)))
        words = list(islice(members, MOST_MEMBERS))
    return words
