"""Pods that a Podfile.lock pins (CocoaPods)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.block_yaml import entries

COCOAPODS = Universe(ecosystem="", purl_type="cocoapods")
MARK = b"PODS:\n"
# "Alamofire (5.4.0)", "Firebase/Core (6.2.0)": what stands behind the slash is a part of the pod.
POD = re.compile(r"([A-Za-z0-9][\w.+-]*)(?:/[^ ]*)? \(([0-9][\w.+-]*)\)$")

_begins = Selector(lambda artefact: artefact.offsets(MARK)[:1] == [0])


@analyzer(name="pod_locks", version=1, stage=Stage.COMPONENTS, wants=contains(MARK) & plain & _begins)
def pod_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the pods that a lock file of CocoaPods pins, each once whatever parts of it are used."""
    seen = set()
    for entry in entries(artefact.data):
        if entry.path[:2] != ("PODS", "-") or len(entry.path) > 3:
            continue
        found = POD.match(entry.path[2] if len(entry.path) == 3 else entry.value)
        if found and found[1] not in seen and is_sound(found[1], found[2]):
            seen.add(found[1])
            yield language_package(
                artefact,
                COCOAPODS,
                found[1],
                found[2],
                offset=entry.offset,
                witness=Witness.MANIFEST,
                confidence=0.9,
                linkage=Linkage.EXTERNAL,
            )
