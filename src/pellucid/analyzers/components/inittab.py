"""What init starts by its table: /etc/inittab (inittab(5) of sysvinit, and that of BusyBox)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.domain.start import Start, StartKind

LARGEST = 64 << 10
ACTIONS = (b":respawn:", b":sysinit:", b":askfirst:", b":once:", b":wait:", b":boot:", b":bootwait:", b":restart:")
LINE = re.compile(
    rb"(?m)^[\w/]{0,16}:[\w]{0,16}:(?:respawn|sysinit|askfirst|once|wait|boot|bootwait|restart|respawnlate):[-@+]*"
    rb"([^\s#][^\r\n]*)"
)

_text = kind("text") & Selector(lambda artefact: artefact.size <= LARGEST)


@analyzer(name="inittab", version=1, stage=Stage.COMPONENTS, wants=contains(*ACTIONS) & _text, named=("inittab",))
def inittab(artefact: Artefact) -> Iterator[Fact]:
    """Tell which commands init starts at boot and keeps running; those for shutdown and key presses are left out."""
    for found in LINE.finditer(artefact.window(0, LARGEST)):
        command = found[1].decode("utf-8", "replace").strip()
        yield Start(kind=StartKind.INITTAB, command=command, evidence=artefact.evidence(found.start(), found[0]))
