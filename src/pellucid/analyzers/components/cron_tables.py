"""What is started by the clock or by a connection: tables of cron (crontab(5)), of inetd and of xinetd."""

import re
from collections.abc import Iterable, Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.domain.start import Start, StartKind

LARGEST = 256 << 10
MOST_COMMANDS = 500
NUMBERS, NAMES = rb"[\d*][\d*,/-]{0,40}", rb"[\dA-Za-z*][\d*,/A-Za-z-]{0,40}"
FIELDS = rb"[ \t]+".join((NUMBERS, NUMBERS, NUMBERS, NAMES, NAMES))
CRON = re.compile(rb"(?m)^[ \t]*(?:@[a-z]{4,8}|" + FIELDS + rb")[ \t]+([^\s#][^\r\n]*)")
INETD = re.compile(
    rb"(?m)^[\w.:*-]{1,40}[ \t]+(?:stream|dgram)[ \t]+\w{3,5}[ \t]+(?:no)?wait[.\d]*[ \t]+[\w.:]{1,40}[ \t]+"
    rb"([^\s#][^\r\n]*)"
)
XINETD = re.compile(rb"(?m)^[ \t]*server[ \t]*=[ \t]*(/[^\s]+)")

# Of every table some literal is part: a star between blanks, a word for a time, a kind of socket, a server.
MARKS = (b" * *", b"\t* *", b" *\t*", b"\t*\t*", b"@reboot", b"@hourly", b"@daily", b"@weekly", b"@monthly", b"@yearly")
SOCKETS = (b"stream\t", b"stream ", b"dgram\t", b"dgram ")
SERVERS = (b"server ", b"server=", b"server\t")
_small_text = kind("text") & Selector(lambda artefact: artefact.size <= LARGEST)


@analyzer(
    name="cron_tables",
    version=2,
    stage=Stage.COMPONENTS,
    wants=contains(*MARKS, *SOCKETS, *SERVERS) & _small_text,
    named=("crontab", "crontabs/*", "cron.d/*", "inetd.conf", "inetd.d/*", "xinetd.conf", "xinetd.d/*"),
)
def cron_tables(artefact: Artefact) -> Iterator[Fact]:
    """Tell which commands cron runs, and which programs inetd or xinetd start when somebody connects.

    In some tables of cron the name of a user stands before the command; it is kept, as it cannot be told from one.
    """
    data = artefact.window(0, LARGEST)
    number = 0
    for by, matches in ((StartKind.CRON, _cron), (StartKind.INETD, _inetd), (StartKind.INETD, _xinetd)):
        for found in matches(artefact, data):
            number += 1
            if number > MOST_COMMANDS:
                return
            command = found[1].decode("utf-8", "replace").strip()
            yield Start(kind=by, command=command, evidence=artefact.evidence(found.start(), found[0]))


def _cron(artefact: Artefact, data: bytes) -> Iterator[re.Match[bytes]]:
    """All lines of a table: some may be without a mark."""
    return CRON.finditer(data) if any(map(artefact.offsets, MARKS)) else iter(())


def _inetd(artefact: Artefact, data: bytes) -> Iterator[re.Match[bytes]]:
    return _marked(artefact, data, SOCKETS, INETD)


def _xinetd(artefact: Artefact, data: bytes) -> Iterator[re.Match[bytes]]:
    return _marked(artefact, data, SERVERS, XINETD)


def _marked(
    artefact: Artefact, data: bytes, marks: Iterable[bytes], pattern: re.Pattern[bytes]
) -> Iterator[re.Match[bytes]]:
    """Matches among the lines that have a mark, of which each has one: prose has many, and is long."""
    starts = {data.rfind(b"\n", 0, at) + 1 for mark in marks for at in artefact.offsets(mark) if at < len(data)}
    return filter(None, (pattern.match(data, start) for start in sorted(starts)))
