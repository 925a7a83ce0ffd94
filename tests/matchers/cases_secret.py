"""Cases of secrets: for each kind one that counts, and the same as a placeholder or in a manual."""

from dataclasses import replace

from tests.matchers.class_cases import Case
from tests.matchers.inventories import AT, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.secret import Secret, SecretKind, Validity


def kept(kind: SecretKind, *, known: bool = False, validity: Validity = Validity.UNDETERMINED) -> Secret:
    return Secret(
        rule="a-rule",
        kind=kind,
        redacted="***",
        fingerprint="0123456789abcdef",
        evidence=seen("***", "etc/a.conf"),
        description="Secret of a service",
        known=known,
        validity=validity,
    )


def holding(secret: Secret) -> Inventory:
    return Inventory(dependencies=(), crypto_assets=(), observations=(), at=AT, secrets=(secret,))


def case(secret: Secret) -> Case:
    """The miss is the same secret, but it is no real one."""
    return Case(hit=holding(secret), miss=holding(replace(secret, validity=Validity.FILTERED)))


def told(secret: Secret) -> Case:
    """The miss stands in a manual."""
    manual = replace(secret, evidence=seen("***", "usr/share/doc/a/README"))
    return Case(hit=holding(secret), miss=holding(manual))


CASES = {
    "secret/password/in-clear": told(kept(SecretKind.PASSWORD)),
    "secret/password/default": case(kept(SecretKind.PASSWORD, known=True)),
    "secret/password/empty": case(replace(kept(SecretKind.PASSWORD), rule="empty-password")),
    "secret/password-hash/stored": Case(
        hit=holding(kept(SecretKind.PASSWORD_HASH)),
        miss=holding(kept(SecretKind.PASSWORD_HASH, validity=Validity.VALID)),
    ),
    "secret/password-hash/guessed": Case(
        hit=holding(kept(SecretKind.PASSWORD_HASH, validity=Validity.VALID)),
        miss=holding(kept(SecretKind.PASSWORD_HASH)),
    ),
    "secret/api-token/exposed": case(kept(SecretKind.API_TOKEN)),
    "secret/access-key/exposed": case(kept(SecretKind.ACCESS_KEY)),
    "secret/private-token/exposed": case(kept(SecretKind.PRIVATE_TOKEN)),
    "secret/client-secret/exposed": case(kept(SecretKind.CLIENT_SECRET)),
    "secret/session-token/exposed": case(kept(SecretKind.SESSION_TOKEN)),
    "secret/webhook/exposed": case(kept(SecretKind.WEBHOOK)),
    "secret/connection-string/exposed": case(kept(SecretKind.CONNECTION_STRING)),
    "secret/wifi-key/exposed": case(kept(SecretKind.WIRELESS_KEY)),
    "secret/shared-key/exposed": case(kept(SecretKind.SHARED_KEY)),
    "secret/snmp-community/exposed": case(kept(SecretKind.COMMUNITY)),
    "secret/snmp-community/default": case(kept(SecretKind.COMMUNITY, known=True)),
    "secret/signing-key/exposed": case(kept(SecretKind.SIGNING_KEY)),
    "secret/encryption-key/exposed": case(kept(SecretKind.ENCRYPTION_KEY)),
}
