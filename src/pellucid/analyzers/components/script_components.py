"""Components that are scripts: what runs them, and what they start or import."""

import re
from collections.abc import Iterator
from posixpath import basename

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.component import Component, ComponentKind

LARGEST = 1 << 20
LONGEST_LINE = 512
MOST_CALLS = 400
FIRST_LINE = re.compile(rb"#! *([^\s]+)(?:[ \t]+([^\r\n]*))?")
INTERPRETER_VERSION = re.compile(r"-?\d[\d.]*$")
SHELLS = frozenset(
    ("sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "rc.common", "runscript", "openrc-run", "execlineb")
)
# A path, or a word where the grammar of a shell has a command.
PATH = re.compile(r"(?<![\w$}./~*-])/(?:[\w.+-]+/)*[\w.+-]*\w")
WORDS = ("if", "then", "else", "elif", "do", "while", "until", "exec", "command", "nohup", "sudo", "time")
OTHER_WORDS = frozenset(
    [
        "for",
        "in",
        "case",
        "esac",
        "fi",
        "done",
        "function",
        "return",
        "exit",
        "shift",
        "set",
        "local",
        "export",
        "readonly",
        "eval",
    ]
)
COMMAND = re.compile(
    rf"(?m)(?:^|[;|&(`{{!])[ \t]*(?:(?:{'|'.join(WORDS)})[ \t]+){{0,4}}([A-Za-z_][\w.+-]*)(?![\w=(]|[ \t]*\()"
)
COMMENT = re.compile(r"(?m)^[ \t]*#[^\n]*$|[ \t]#[^\n]*$")
IMPORT = re.compile(r"(?m)^[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+(\w+)[\w.]*[ \t]+import\b)")


@analyzer(
    name="script_components",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & Selector(lambda artefact: artefact.window(0, 2) == b"#!"),
)
def script_components(artefact: Artefact) -> Iterator[Fact]:
    """Tell what runs a script, by its first line, what a shell script starts, and what a Python program imports.

    Paths and words that stand where a shell expects a command count as calls; whether the image has such a program is
    found out when the whole image is known, so a word that is none does no harm.
    """
    found = FIRST_LINE.match(artefact.window(0, LONGEST_LINE))
    if not found:
        return
    path = found[1].decode("utf-8", "replace")
    rest = (found[2] or b"").decode("utf-8", "replace").split()
    if basename(path) == "env":
        path = next((word for word in rest if not word.startswith("-") and "=" not in word), path)
    language = INTERPRETER_VERSION.sub("", basename(path)) or basename(path)
    text = COMMENT.sub("", artefact.window(0, LARGEST).decode("utf-8", "replace").partition("\n")[2])
    yield Component(
        kind=ComponentKind.SCRIPT,
        format=language[:16],
        architecture="",
        bits=0,
        interpreter=path,
        calls=_calls(text) if language in SHELLS else (),
        needed=_imports(text) if language.startswith("python") else (),
        evidence=artefact.evidence(0, found[0]),
    )


def _calls(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for pattern in (PATH, COMMAND):
        for match in pattern.finditer(text):
            word = match[match.lastindex or 0]
            if word not in OTHER_WORDS and word not in WORDS:
                found.setdefault(word)
            if len(found) >= MOST_CALLS:
                return tuple(found)
    return tuple(found)


def _imports(text: str) -> tuple[str, ...]:
    """Names of modules of the first level."""
    found: dict[str, None] = {}
    for match in IMPORT.finditer(text):
        for part in (match[1] or match[2]).split(","):
            words = part.split()
            if words and len(found) < MOST_CALLS:
                found.setdefault(words[0].partition(".")[0])
    return tuple(found)
