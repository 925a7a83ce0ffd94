"""Services without protection that an image starts: by inittab, inetd, xinetd, systemd or a script."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from posixpath import basename
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import boot_commands
from pellucid.formats.boot_commands import Started

MOST_FOUND = 50
MARKS = (b"telnetd", b"ftpd", b"rshd", b"rlogind", b"rexecd", b"fingerd", b"rwhod", b"gdbserver", b"adbd", b"upnpd")
MORE_MARKS = (b"lldb-server", b"dropbear", b"dockerd", b":respawn:", b":askfirst:", b"autologin", b"nc -l")
# Tables of inetd and xinetd may name services only.
TABLES = (b"nowait", b"socket_type")
Wrong = tuple[str, str, str]
"""Name, value and reason of a verdict."""


@analyzer(
    name="insecure_services",
    version=2,
    stage=Stage.HARDENING,
    wants=contains(*MARKS, *MORE_MARKS, *TABLES) & kind("text"),
)
def insecure_services(artefact: Artefact) -> Iterator[Fact]:
    """Tell which services without protection a table or a script starts: telnet, ftp, rsh, tftp, finger, debuggers.

    So too shells that nobody has to log in to. Whether it is run at all is known with the whole image.
    """
    found: dict[tuple[str, str, str], Check] = {}
    for started in boot_commands.read(artefact.window(0, boot_commands.MOST_BYTES)):
        for name, value, why in _judged(started):
            at = artefact.evidence(started.at, started.text)
            reason = f"{' '.join(started.words)[:80]}: {why}."
            check = Check(name=name, verdict=Verdict.FAIL, value=value, reason=reason, evidence=at)
            found.setdefault((started.by, name, value), check)
        if len(found) >= MOST_FOUND:
            break
    for by in dict.fromkeys(each for each, _, _ in found):
        checks = tuple(check for (each, _, _), check in found.items() if each == by)
        first = checks[0].evidence or artefact.evidence(0, b"")
        yield Hardening(subject="startedService", name=by, checks=checks, evidence=first)


def _judged(started: Started) -> Iterator[Wrong]:
    """What is wrong with a command."""
    words = _without_launchers(started.words)
    program, arguments = (basename(words[0]), words[1:]) if words else ("", ())
    service = _service(program, started)
    if service and _is_shell_of(arguments):
        yield "shell", service["check"], UNASKED
    elif service:
        yield service["check"], program or started.name, service["why"]
    elif program in _named("shells") and started.by in ("inetd", "xinetd") and "-c" not in arguments:
        yield "shell", started.by, UNASKED
    elif program in _named("shells") and started.name in ("respawn", "askfirst"):
        yield "consoleShell", started.name, CONSOLE
    else:
        yield from _by_options(program, arguments)


UNASKED = "whoever connects gets a shell without logging in"
CONSOLE = "whoever reaches the console gets a shell without logging in"


def _by_options(program: str, arguments: Sequence[str]) -> Iterator[Wrong]:
    """Programs that are as safe as they are told to be."""
    options = {word for word in arguments if word.startswith("-")}
    if program == "dropbear" and any(re.fullmatch(r"-[A-Za-z]*B", option) for option in options):
        yield "emptyPasswords", program, "accounts without a password are open to everybody"
    elif program in ("dockerd", "docker", "dockerd-current") and not options & {"--tlsverify", "--tlsverify=true"}:
        if any(re.fullmatch(r"(-H=?|--host=)?tcp://(?!127\.|localhost|\[::1\]).*", word) for word in arguments):
            yield "dockerSocket", program, "whoever reaches it controls the machine"
    elif program in ("getty", "agetty", "mingetty"):
        shell = any(basename(word) in _named("shells") for word in arguments) and {"-n", "-l"} & options
        if shell or any(re.match(r"--autologin|-a$", option) for option in options):
            yield "consoleShell", program, CONSOLE
    elif program in ("nc", "ncat", "netcat") and any(re.match(r"-[a-z]*l|--listen", option) for option in options):
        after = next((number for number, word in enumerate(arguments) if word in ("-e", "-c", "--exec", "-lke")), None)
        if after is not None and _named("shells") & {basename(word) for word in arguments[after + 1 :][:1]}:
            yield "shell", program, UNASKED


def _without_launchers(words: Sequence[str]) -> Sequence[str]:
    """The command itself, where another one starts it; none where that one only stops it."""
    if not words or basename(words[0]) not in _named("launchers"):
        return words
    if {"--stop", "-K", "--status"} & set(words):
        return ()
    known = _by_program().keys() | _named("shells")
    at = next((number for number, word in enumerate(words[1:], 1) if basename(word) in known), None)
    return words[at:] if at else words[1:]


def _is_shell_of(arguments: Sequence[str]) -> bool:
    """Whether -l names a shell instead of login(1)."""
    for number, word in enumerate(arguments):
        if word.startswith("-l"):
            program = word[2:] or next(iter(arguments[number + 1 : number + 2]), "")
            return basename(program) in _named("shells")
    return False


def _service(program: str, started: Started) -> Mapping[str, Any] | None:
    if program in _by_program() or started.by not in ("inetd", "xinetd") or program in _named("capable"):
        return _by_program().get(program)
    name = started.name.rpartition(":")[2]
    return next((row for row in _table()["service"] if name in row["names"]), None)


@cache
def _by_program() -> Mapping[str, Mapping[str, Any]]:
    return {program: row for row in _table()["service"] for program in row["programs"]}


@cache
def _named(name: str) -> frozenset[str]:
    return frozenset(_table()[name])


@cache
def _table() -> Mapping[str, Any]:
    text = Path(__file__).with_name("insecure_services.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
