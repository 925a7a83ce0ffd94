"""Problems: expected failures, recorded and shown instead of raised."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    MALFORMED = "malformed"  # the bytes are not what they say
    TRUNCATED = "truncated"  # they end too early
    BUDGET = "budget"  # a limit was reached, the rest was not read
    TIMEOUT = "timeout"  # a unit took too long and was stopped
    CRASH = "crash"  # a unit died; the process it ran in was replaced
    UNSUPPORTED = "unsupported"  # recognised, but this version cannot read it
    ENCRYPTED = "encrypted"  # recognised, needs a key or a password
    UNSAFE_NAME = "unsafeName"  # a name that pointed outside, or cannot be a name
    NOTHING_RECOGNISED = "nothingRecognised"
    DENIED = "denied"  # a unit tried what the sandbox forbids
    MISSING = "missing"  # a tool, feed or library is not there


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`unit` is what failed ("squashfs", "x509_certificates", "pipeline"); `artefact` its path inside the image."""

    unit: str
    kind: ProblemKind
    message: str
    artefact: str = ""
