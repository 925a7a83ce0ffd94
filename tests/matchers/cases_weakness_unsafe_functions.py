"""Cases of calls of unsafe functions."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import inventory, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.evidence import Evidence
from pellucid.domain.observation import Observation, ObservationKind


def called(name: str, calls: int | None = 1, format_: str = "", artefact: str = "bin/a") -> Observation:
    """A function that a program imports, with one call of it."""
    said = [("address", "0x1040"), ("caller", "main"), ("reachability", "1.0"), ("formatString", format_)]
    site = Evidence(
        offset=0x40,
        seen=f"{name} is called in main",
        artefact=artefact,
        attributes=tuple((key, text) for key, text in said if text),
    )
    return Observation(
        kind=ObservationKind.UNSAFE_FUNCTION,
        name=name,
        evidence=seen(name, artefact),
        calls=calls,
        sites=(site,) if calls else (),
    )


def _of(name: str, calls: int | None = 1, format_: str = "") -> Inventory:
    return inventory(observations=(called(name, calls, format_),))


PREFIX = "weakness/unsafe-function/"
CASES = {
    f"{PREFIX}unbounded-copy": Case(hit=_of("strcpy"), miss=_of("strcpy", calls=0)),
    f"{PREFIX}unbounded-format": Case(hit=_of("sprintf"), miss=_of("sprintf", calls=0)),
    f"{PREFIX}unbounded-input": Case(hit=_of("gets", calls=None), miss=_of("gets", calls=0)),
    f"{PREFIX}scanf": Case(hit=_of("__isoc99_sscanf", format_="%s %d"), miss=_of("__isoc99_sscanf")),
    f"{PREFIX}fixed-buffer": Case(hit=_of("getwd"), miss=_of("getpass")),
    f"{PREFIX}command-execution": Case(hit=_of("system"), miss=_of("ShellExecuteW")),
    f"{PREFIX}temporary-file": Case(hit=_of("mktemp"), miss=_of("mkstemp")),
    f"{PREFIX}remote-shell": Case(hit=_of("rcmd"), miss=_of("chroot")),
}
