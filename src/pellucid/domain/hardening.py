"""Hardening: whether what could make an attack harder is in force, property by property, each with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 (a verdict)
    FAIL = "fail"
    NOT_APPLICABLE = "notApplicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A verdict on one property.

    `name` is in camel case ("relro", "stackCanary"), unique for what is checked; `value` is what was found, in one word
    that a class of findings can ask for ("partial", "none"); `reason` one sentence with what was read.
    """

    name: str
    verdict: Verdict
    reason: str
    value: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """All verdicts on one subject: a fact about an artefact, or about one of several things that it declares.

    `subject` says what is checked: "elf", "pe", "macho", "kernelConfig", "kernelModule", "systemdUnit", "container",
    "sshd" and the like, in camel case; `name` which one, where an artefact holds several. `evidence` is shown for
    checks without their own.
    """

    subject: str
    checks: tuple[Check, ...]
    evidence: Evidence
    name: str = ""
