"""The verdict on the Authenticode signatures of a PE image: present, and what they prove."""

from collections.abc import Callable, Iterator
from functools import cache

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import message_proofs
from pellucid.analyzers.pe_programs import Program
from pellucid.domain.hardening import Check, Verdict
from pellucid.errors import Malformed
from pellucid.formats import authenticode, cms, der, pe
from pellucid.formats.pe_forms import Form

NAME = "authenticode"
MOST_SIGNATURES = 8
ABSENT = {
    Form.DRIVER: "There is no signature in the image; a catalogue may have one.",
    Form.EFI: "There is no signature in the image; what a firmware volume holds is protected as a whole, if at all.",
}
Answer = tuple[Verdict, str, str]
"""Verdict, value and reason."""
RANKS = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)


def check(artefact: Artefact, program: Program) -> Check:
    """Of several signatures the best one counts: who verifies is content with one."""
    image = program.image
    place, size = image.directory(pe.CERTIFICATES)
    if not place or not size:
        absent = ABSENT.get(program.form)
        unsigned = "There is no signature in the image."
        return Check(
            name=NAME,
            verdict=Verdict.UNKNOWN if absent else Verdict.FAIL,
            value="absent",
            reason=absent or unsigned,
        )
    evidence = artefact.evidence(place, f"{size} bytes of signatures")
    answers = list(_answers(artefact, program))
    if behind := authenticode.unsigned_bytes(artefact.data, image):
        reason = f"{behind} bytes stand behind the signatures, which do not cover them."
        answers = [(Verdict.FAIL, "attached", reason)]
    if not answers:
        answers = [(Verdict.UNKNOWN, "unreadable", "The signatures cannot be read.")]
    verdict, value, reason = min(answers, key=lambda answer: RANKS.index(answer[0]))
    return Check(name=NAME, verdict=verdict, value=value, reason=reason, evidence=evidence)


def _answers(artefact: Artefact, program: Program) -> Iterator[Answer]:
    """On each signature, those within others included."""
    waiting = list[bytes]()
    digest = cache(lambda algorithm: authenticode.digest(artefact.data, program.image, algorithm))
    try:
        for kind, at, length in pe.certificates(artefact.data, program.image):
            if kind == pe.PKCS_SIGNED_DATA and length <= cms.LONGEST:
                waiting.append(artefact.window(at, length))
    except Malformed as error:
        yield Verdict.UNKNOWN, "unreadable", f"The signatures cannot be read: {error.message}."
    for _ in range(MOST_SIGNATURES):
        if not waiting:
            return
        try:
            message = _message(waiting.pop(0))
            waiting += authenticode.nested(message.signers[0])
            yield _answer(program, message, digest)
        except Malformed as error:
            yield Verdict.UNKNOWN, "unreadable", f"A signature cannot be judged: {error.message}."


def _message(encoded: bytes) -> cms.Message:
    """Raises Malformed for what signs no image."""
    message = cms.read(encoded, der.element(encoded, 0, longest=cms.LONGEST))
    if message.content != authenticode.INDIRECT_DATA or not message.signers:
        raise Malformed("it is none of Authenticode")
    return message


def _answer(program: Program, message: cms.Message, digest: Callable[[str], bytes]) -> Answer:
    """By the `digest` of the image. Raises Malformed where there is none."""
    signed = authenticode.signed(message.inner)
    if digest(signed.algorithm) != signed.digest:
        return Verdict.FAIL, "changed", f"The {signed.algorithm} digest of the image is not the one that was signed."
    proved = message_proofs.prove(message, message.signers[0])
    if isinstance(proved, message_proofs.Refuted):
        return Verdict.FAIL, "refuted", f"The signature does not hold: {proved.reason}."
    certificate = proved.chain[0]
    end = certificate.not_valid_after_utc
    name = certificate.subject.rfc4514_string()
    said = f"The {signed.algorithm} digest and the signature hold; signed by {name}"
    if proved.at is None:
        return Verdict.PASS, "untimed", f"{said}, without a time stamp; its certificate ends on {end:%Y-%m-%d}."
    when = f"{said} on {proved.at:%Y-%m-%d}"
    # Firmware does not ask when a certificate was valid.
    if program.form is not Form.EFI and not certificate.not_valid_before_utc <= proved.at <= end:
        begin = certificate.not_valid_before_utc
        return (
            Verdict.FAIL,
            "expired",
            f"{when}, when the certificate ({begin:%Y-%m-%d} to {end:%Y-%m-%d}) was not valid.",
        )
    return Verdict.PASS, "valid", f"{when}, as a time stamp says."
