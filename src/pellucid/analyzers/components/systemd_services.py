"""What systemd starts: units of services (systemd.service(5)) and services of D-Bus (the D-Bus specification)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.start import Start, StartKind

LARGEST = 256 << 10
MOST_COMMANDS = 100
COMMAND = re.compile(rb"(?m)^(?:Exec(?:Start|StartPre|StartPost|Condition)?)[ \t]*=[ \t]*[@:+!-]*([^\s\\][^\r\n]*)")
D_BUS = b"[D-BUS Service]"


@analyzer(
    name="systemd_services",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"ExecStart", D_BUS) & kind("text"),
    named=("*.service",),
)
def systemd_services(artefact: Artefact) -> Iterator[Fact]:
    """Tell which commands a unit of systemd, or a service of D-Bus, starts; what wants it is known with the image."""
    data = artefact.window(0, LARGEST)
    by = StartKind.D_BUS if D_BUS in data else StartKind.SYSTEMD
    for number, found in enumerate(COMMAND.finditer(data)):
        if number >= MOST_COMMANDS:
            return
        command = found[1].decode("utf-8", "replace").strip()
        yield Start(kind=by, command=command, evidence=artefact.evidence(found.start(), found[0]))
