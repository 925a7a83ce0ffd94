"""What is shared over NFS, with whom and with which rights: exports(5)."""

from collections.abc import Iterable, Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import nfs_exports
from pellucid.formats.nfs_exports import Export

LARGEST = 64 << 10
MARKS = (b"root_squash", b"(rw,", b"(rw)", b",rw)", b",rw,", b"_subtree")
EVERYBODY = frozenset(("*", "0.0.0.0/0", "::/0", "0.0.0.0/0.0.0.0"))
SMALL = Selector(lambda artefact: artefact.size <= LARGEST)


@analyzer(
    name="nfs_shares",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(*MARKS) & kind("text") & SMALL,
    named=("etc*/exports", "exports.d/*.exports"),
)
def nfs_shares(artefact: Artefact) -> Iterator[Fact]:
    """Judge whether everybody may write to what is shared, and whether root of another machine is root there too."""
    exports = list(nfs_exports.read(artefact.window(0, LARGEST)))
    if not exports:
        return
    rooted = [each for each in exports if "no_root_squash" in each.options and _is_writable(each)]
    open_ = [each for each in exports if each.client in EVERYBODY and _is_writable(each)]
    checks = (
        _check(artefact, "rootOfClients", rooted, "root of another machine is root here"),
        _check(artefact, "everybodyWrites", open_, "every machine may write"),
    )
    yield Hardening(subject="nfs", checks=checks, evidence=artefact.evidence(exports[0].at, exports[0].text))


def _is_writable(export: Export) -> bool:
    return "rw" in export.options


def _check(artefact: Artefact, name: str, wrong: Iterable[Export], what: str) -> Check:
    found = next(iter(wrong), None)
    if found is None:
        return Check(name=name, verdict=Verdict.PASS, reason=f"There is no share for which {what}.")
    at = artefact.evidence(found.at, found.text)
    value = "everybody" if found.client in EVERYBODY else "some"
    return Check(name=name, verdict=Verdict.FAIL, value=value, reason=f"{found.path[:80]}: {what}.", evidence=at)
