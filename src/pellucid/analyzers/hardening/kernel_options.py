"""Whether a Linux kernel was configured to withstand attacks: recommendations of the Kernel Self-Protection Project."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import kernel_hardening
from pellucid.formats.kernel_hardening import Choice
from pellucid.formats.kernel_parts import MOST_BYTES

TITLE, OLD_TITLE = b" Kernel Configuration", b"# Linux kernel version: "
HEAD = re.compile(
    rb"^# (?:Linux/\S{1,20} (?P<release>\d[\w.+-]{1,60}) Kernel Configuration|"
    rb"Linux kernel version: (?P<old>\d[\w.+-]{1,60}))\r?$",
    re.M,
)
HEADER = 512


@analyzer(
    name="kernel_options",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(TITLE, OLD_TITLE) & kind("text"),
    data=kernel_hardening.revision,
)
def kernel_options(artefact: Artefact) -> Iterator[Fact]:
    """Tell which of the options that make attacks harder a kernel was built with, and which that make them easier.

    Options that mainline did not have in this release, on this architecture, or without others that are not set, do not
    apply; those that a vendor brought back count. Of a fragment, which says nothing by silence, nothing is told.
    """
    found = HEAD.search(artefact.window(0, HEADER))
    configuration = artefact.window(0, MOST_BYTES + 1)
    if found is None or not kernel_hardening.is_whole(configuration):
        return
    release = (found["release"] or found["old"]).decode("ascii")
    said: dict[str, Choice] = {}
    for choice in kernel_hardening.choices(configuration, release):
        # Of several rows of an option, one for each architecture, the one that applies speaks.
        if choice.good is not None or choice.row.option not in said:
            said[choice.row.option] = choice
    yield Hardening(
        subject="kernelConfig",
        name=release,
        checks=tuple(_check(artefact, choice) for choice in said.values()),
        evidence=artefact.evidence(found.start(), found[0]),
    )


def _check(artefact: Artefact, choice: Choice) -> Check:
    row = choice.row
    line = f"CONFIG_{row.option}={choice.found}" if choice.found in ("y", "m") else f"CONFIG_{row.option} is not set"
    verdict = Verdict.NOT_APPLICABLE if choice.good is None else Verdict.PASS if choice.good else Verdict.FAIL
    told = f"{line}; with it, {row.why}" if row.wanted == "y" or choice.good else f"{line}: {row.why}"
    seen = artefact.evidence(choice.offset, line if choice.found in ("y", "m") else f"# {line}")
    return Check(
        name=row.option,
        verdict=verdict,
        value=row.topic,
        reason="this kernel has no such option, or has no use for it" if choice.good is None else told,
        evidence=seen if choice.found else None,
    )
