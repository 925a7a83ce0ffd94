"""What services of systemd may do: units of services, weighed as systemd-analyze(1) "security" does."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import unit_verdicts
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Hardening
from pellucid.formats import systemd_unit

SECTION = b"[Service]"
MOST_LINES = 500


@analyzer(
    name="unit_sandboxing",
    version=3,
    stage=Stage.HARDENING,
    wants=contains(SECTION) & kind("text"),
    # Those of users run as them.
    named=("systemd/system/*.service", "systemd/system/*service.d/*.conf"),
)
def unit_sandboxing(artefact: Artefact) -> Iterator[Fact]:
    """Judge each directive by which systemd confines a service, and all of them together as a level of exposure.

    "sandboxing" is about whether anything confines a service of root that keeps running. What drop-ins add to a unit is
    put together over the whole image.
    """
    data = artefact.window(0, systemd_unit.MOST_BYTES)
    at = data.find(SECTION)
    unit = systemd_unit.read(data)
    if unit_verdicts.is_service(unit):
        checks = unit_verdicts.checks(unit)
        yield Hardening(subject="systemdUnit", checks=checks, evidence=artefact.evidence(at, SECTION))
    if lines := unit_verdicts.lines_of(data)[:MOST_LINES]:
        yield Fragment(subject="systemdUnit", lines=lines, evidence=artefact.evidence(at, SECTION))
