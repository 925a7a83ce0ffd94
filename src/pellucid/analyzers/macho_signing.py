"""Verdicts on the code signature of a Mach-O image, and on what it allows (Apple, "Hardened Runtime")."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.verdicts import failed, not_for, passed, unknown
from pellucid.domain.hardening import Check
from pellucid.errors import Malformed
from pellucid.formats import macho_signature
from pellucid.formats.macho import Image

SIGNATURE, RUNTIME, DEBUGGABLE, EXCEPTIONS = "codeSignature", "hardenedRuntime", "debuggable", "runtimeExceptions"
PROGRAM = "execute"
DEBUGGER = frozenset(("get-task-allow", "com.apple.security.get-task-allow"))
# Just-in-time compilers need theirs; these take the runtime's protection away from the whole program.
GIVEN_UP = {
    f"com.apple.security.cs.{name}"
    for name in (
        "allow-dyld-environment-variables",
        "allow-unsigned-executable-memory",
        "disable-executable-page-protection",
        "disable-library-validation",
    )
}


def checks(artefact: Artefact, start: int, image: Image) -> Iterator[Check]:
    """On the signature of the image at `start`."""
    at, size = image.signature
    if not size:
        yield failed(SIGNATURE, "absent", "There is no code signature.")
        yield from _allowed(image, None)
        return
    try:
        signature = macho_signature.read(artefact.data, start + at, size)
        changed = macho_signature.changed_page(artefact.data, start, signature.directory)
    except Malformed as error:
        yield unknown(SIGNATURE, f"The code signature cannot be read: {error.message}.", "unreadable")
        return
    directory = signature.directory
    if changed is not None:
        place = start + changed * directory.page
        reason = f"Page {changed} of the program is not the one that was signed."
        yield failed(SIGNATURE, "changed", reason, artefact.evidence(place, f"page {changed}"))
    elif signature.is_signed:
        yield passed(SIGNATURE, "signed", f"Its {directory.algorithm} digests hold; who signed them was not verified.")
    else:
        yield passed(SIGNATURE, "adHoc", f"Its {directory.algorithm} digests hold; nobody has signed them.")
    yield from _allowed(image, signature)


def _allowed(image: Image, signature: macho_signature.Signature | None) -> Iterator[Check]:
    """What the signature of a program asks of the system, or has it refrain from."""
    if image.type != PROGRAM or signature is None:
        reason = (
            "Without a signature nothing is asked." if signature is None else "The signature of the program decides."
        )
        yield from (not_for(name, reason) for name in (RUNTIME, DEBUGGABLE, EXCEPTIONS))
        return
    if signature.directory.flags & macho_signature.RUNTIME:
        yield passed(RUNTIME, "on", "The flag runtime is set.")
    else:
        yield failed(RUNTIME, "signed" if signature.is_signed else "adHoc", "The flag runtime is not set.")
    if DEBUGGER & signature.entitlements:
        yield failed(DEBUGGABLE, "on", "It has the entitlement get-task-allow.")
    else:
        yield passed(DEBUGGABLE, "off", "It does not have the entitlement get-task-allow.")
    yield _exceptions(signature)


def _exceptions(signature: macho_signature.Signature) -> Check:
    if not signature.directory.flags & macho_signature.RUNTIME:
        return not_for(EXCEPTIONS, "Without the hardened runtime there is nothing to give up.")
    if given_up := sorted(GIVEN_UP & signature.entitlements):
        return failed(EXCEPTIONS, "some", f"Its entitlements have {', '.join(given_up)}.")
    return passed(EXCEPTIONS, "none", "No entitlement takes protection away.")
