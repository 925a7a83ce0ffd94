"""Secrets: passwords, tokens and the like that lie in an image. What is kept of one does not give it away."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class Validity(StrEnum):
    """Words of the v4 contract."""

    VALID = "Valid"  # proved without asking anybody: a hash whose password was found
    INVALID = "Invalid"
    UNDETERMINED = "Undetermined"
    FILTERED = "Filtered"  # a placeholder, an example, a test vector


class SecretKind(StrEnum):
    """What a secret opens, and how."""

    PASSWORD = "password"  # noqa: S105 (a kind)
    PASSWORD_HASH = "passwordHash"  # noqa: S105 (a kind)
    API_TOKEN = "apiToken"  # noqa: S105 (a kind); identifies its bearer to a service
    ACCESS_KEY = "accessKey"  # of an account of a cloud
    PRIVATE_TOKEN = "privateToken"  # noqa: S105 (a kind); of a person
    CLIENT_SECRET = "clientSecret"  # noqa: S105 (a kind); of an application (OAuth 2.0)
    SESSION_TOKEN = "sessionToken"  # noqa: S105 (a kind); a JWT, a cookie
    WEBHOOK = "webhook"
    CONNECTION_STRING = "connectionString"
    WIRELESS_KEY = "wifiKey"
    SHARED_KEY = "sharedKey"  # of two ends: IPsec, RADIUS, TSIG
    COMMUNITY = "snmpCommunity"
    SIGNING_KEY = "signingKey"  # what sessions, messages or updates are signed with
    ENCRYPTION_KEY = "encryptionKey"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One secret at one place.

    `rule` is the id of what found it, `kind` a word of SecretKind, `redacted` what may be shown of it, `fingerprint`
    tells equal ones (16 hex digits), `entropy` is in bits a character (Shannon). `account` is whose it is, where that
    is known; `severity` a word of Severity. The evidence shows nothing more than `redacted` does. `known`: it is in
    public lists of passwords that devices are delivered with.
    """

    rule: str
    kind: str
    redacted: str
    fingerprint: str
    evidence: Evidence
    entropy: float = 0.0
    description: str = ""
    account: str = ""
    severity: str = "high"
    validity: Validity = Validity.UNDETERMINED
    confidence: float = 1.0
    known: bool = False
