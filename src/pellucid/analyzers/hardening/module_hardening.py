"""How modules of the Linux kernel are guarded: whether they are signed, and against speculation."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.errors import Malformed
from pellucid.formats import elf, module_info, module_signature

NAME = "module_hardening"
ANCHOR = b"vermagic="
WEAK = frozenset(("md4", "md5", "sha1"))
X86 = frozenset(("i386", "x86_64"))


@analyzer(name=NAME, version=1, stage=Stage.HARDENING, wants=contains(ANCHOR) & kind("elf"))
def module_hardening(artefact: Artefact) -> Iterator[Fact]:
    """Tell whether a module of the Linux kernel is signed, by whom and with which digest, and whether one for x86 was
    built with retpolines.

    That the signature is good is not checked: the key that made it lies in the kernel. What could not be read of the
    module itself is a problem of elf_components.
    """
    try:
        machine = elf.header(artefact.data).machine
        info = module_info.read(artefact.data)
    except Malformed:
        return
    if not info["vermagic"]:
        return
    checks = [_signature(artefact)]
    if machine in X86:
        checks.append(_retpoline(info["retpoline"]))
    seen = artefact.evidence(info.offsets["vermagic"], f"vermagic={info['vermagic']}")
    yield Hardening(subject="kernelModule", name=info["name"], checks=tuple(checks), evidence=seen)


def _signature(artefact: Artefact) -> Check:
    try:
        found = module_signature.read(artefact.data)
    except Malformed as error:
        reason = f"A signature is there that cannot be read: {error.message}."
        return Check(name="signature", verdict=Verdict.UNKNOWN, value="unreadable", reason=reason)
    if found is None:
        reason = "No signature stands behind it."
        return Check(name="signature", verdict=Verdict.FAIL, value="unsigned", reason=reason)
    weak = found.digest in WEAK
    return Check(
        name="signature",
        verdict=Verdict.FAIL if weak else Verdict.PASS,
        value="weakDigest" if weak else found.digest,
        reason=f"It is signed with {found.digest} by {found.signer or 'somebody who is not named'}.",
        evidence=artefact.evidence(found.at, f"{found.digest}, {found.signer}"),
    )


def _retpoline(said: str) -> Check:
    if said == "Y":
        reason = "It says that it was built with retpolines."
        return Check(name="retpoline", verdict=Verdict.PASS, value="present", reason=reason)
    reason = "It does not say that it was built with retpolines: the kernel or the compiler may have none."
    return Check(name="retpoline", verdict=Verdict.UNKNOWN, value="unmarked", reason=reason)
