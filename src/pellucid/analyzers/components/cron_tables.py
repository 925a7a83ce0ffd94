"""What is started by the clock or by a connection: tables of cron (crontab(5)), of inetd and of xinetd."""

import re
from collections.abc import Iterator

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
TABLES = ((StartKind.CRON, CRON, MARKS), (StartKind.INETD, INETD, SOCKETS), (StartKind.INETD, XINETD, SERVERS))
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
    for by, pattern, marks in TABLES:
        # The patterns are slow in long texts that have nothing of the kind.
        if not any(artefact.offsets(mark) for mark in marks):
            continue
        for found in pattern.finditer(data):
            number += 1
            if number > MOST_COMMANDS:
                return
            command = found[1].decode("utf-8", "replace").strip()
            yield Start(kind=by, command=command, evidence=artefact.evidence(found.start(), found[0]))
